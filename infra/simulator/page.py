"""A page before transport, and the shell that all pages of one site share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from infra.simulator.publication import Publication
from infra.simulator.site import SiteConfig


@dataclass(frozen=True)
class Page:
    """Content as the web server finds it. Without `modified_at` it is a program's answer: no validators."""

    body: bytes
    media_type: str = "text/html"
    charset: str | None = "utf-8"
    modified_at: datetime | None = None
    status: int = 200
    location: str | None = None


def html_page(text: str, modified_at: datetime | None = None) -> Page:
    """An ordinary UTF-8 page."""
    return Page(text.encode("utf-8"), modified_at=modified_at)


def meta_tags(config: SiteConfig, item: Publication | None = None) -> str:
    """The tags that government pages must carry: seven on a column page, ten on an article."""
    tags = {
        "SiteName": config.title,
        "SiteDomain": config.domain,
        "SiteIDCode": f"{config.region}0001",
        "ColumnName": config.column,
        "ColumnDescription": f"{config.title}{config.column}栏目",
        "ColumnKeywords": "年报,信息公开",
        "ColumnType": config.column,
    }
    if item is not None:
        tags |= {
            "ArticleTitle": item.title,
            "PubDate": f"{item.published_at:%Y-%m-%d %H:%M}",
            "ContentSource": item.agency.short if item.agency else config.title,
        }
    return "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in tags.items())


def shell(config: SiteConfig, entry: str, title: str, body: str, head: str = "", charset: str = "utf-8") -> str:
    """The frame of navigation and footer around one page; `entry` is the address of the column."""
    place = config.title.removesuffix("人民政府")
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="{charset}">
<title>{escape(title)}_{escape(config.title)}</title>
{head}
<link rel="stylesheet" href="/images/site.css">
</head><body>
<div class="top"><a href="/">首页</a> <a href="/zjqh/">走进{place}</a> <a href="/zwgk/">政务公开</a>
 <a href="/bsfw/">办事服务</a> <a href="/hdjl/">互动交流</a> <a href="javascript:void(0)">无障碍</a></div>
<div class="side"><ul>
 <li><a href="/zwgk/zn/">政府信息公开指南</a></li><li><a href="/zwgk/zd/">政府信息公开制度</a></li>
 <li><a href="/zwgk/fdzdgk/">法定主动公开内容</a></li><li><a href="{entry}">{escape(config.column)}</a></li>
</ul></div>
{body}
<div class="foot">主办：{escape(config.title)}办公室　网站标识码：{config.region}0001
 <a href="http://beian.miit.gov.cn/">备案信息</a></div>
</body></html>
"""


def detail_frame(config: SiteConfig, entry: str, item: Publication) -> Callable[[str, str], str]:
    """Wraps an article (HTML fragment and declared charset) into the site's article page."""
    name = config.container.removeprefix("#")
    attribute = f'id="{name}"' if config.container.startswith("#") else f'class="{name}"'
    source = item.agency.short if item.agency else config.title

    def frame(fragment: str, charset: str) -> str:
        body = f"""<div class="path">您的位置：<a href="/">首页</a> &gt; <a href="{entry}">{config.column}</a></div>
<div class="article"><h1>{escape(item.title)}</h1>
<p class="info">发布日期：{item.published_at:%Y-%m-%d %H:%M}　来源：{escape(source)}
 <a href="javascript:window.print()">打印</a></p>
<div {attribute}>{fragment}</div>
<div class="share">扫一扫在手机打开当前页</div></div>"""
        return shell(config, entry, item.title, body, meta_tags(config, item), charset)

    return frame


def home_page(config: SiteConfig, entry: str) -> str:
    """The home page: what soft errors redirect to, and where a hub search begins."""
    news = "".join(f'<li><a href="/news/{n}.html">{config.title}第{n}次常务会议召开</a></li>' for n in range(1, 6))
    return shell(config, entry, "首页", f'<div class="news"><h2>要闻</h2><ul>{news}</ul></div>')


def shortened(title: str, width: int = 18) -> str:
    """A title as lists cut it."""
    return title if len(title) <= width else title[: width - 1] + "…"
