"""Answers of protection products, written so that they can be recognised, and innocent answers that resemble them."""

from infra.simulator.switches import Protection
from infra.simulator.wire import Response

_HTML = {"Content-Type": "text/html; charset=utf-8"}


def challenge(protection: Protection) -> Response:
    """The page that a visitor gets instead of the content. Nothing in it can be solved."""
    status, body, headers = _CHALLENGES[protection]
    return Response(status, body.encode("utf-8"), {**_HTML, **headers})


_CHALLENGES: dict[Protection, tuple[int, str, dict[str, str]]] = {
    "none": (200, "", {}),
    "ruishu": (
        412,
        '<!DOCTYPE html><html><head><meta id="9DhefwqGPrzGxEp9hPaoag" content="k3k7v0" r="m">'
        "<script r='m'>$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=73521;$_ts.cd=\"qc8rHc\";</script>"
        '<script r="m" src="/4QbVtADbnLVIc/c.FxJzG50F.js"></script></head><body></body></html>',
        {"Set-Cookie": "FSSBBIl1UgzbN7NS=5a0invented; Path=/; HttpOnly"},
    ),
    "jiasule": (
        521,
        "<script>document.cookie=('_')+('_')+('jsl_clearance_s=invented');"
        "location.href=location.pathname+location.search</script>",
        {"Set-Cookie": "__jsluid_s=0invented0; max-age=31536000; path=/; HttpOnly", "X-Via-JSL": "00001,-"},
    ),
    "aliyun": (
        405,
        "<html><head><title>405</title></head><body><div>很抱歉，由于您访问的URL有可能对网站造成安全威胁，"
        '您的访问被阻断。</div><img src="https://errors.aliyun.com/images/none.png"></body></html>',
        {"Set-Cookie": "acw_tc=0invented0; path=/; HttpOnly"},
    ),
    "aliyun_script": (
        200,
        "<html><script>var arg1='1NV3NT3D';document.cookie='acw_sc__v2=';</script></html>",
        {"Set-Cookie": "acw_tc=0invented0; path=/; HttpOnly"},
    ),
    "slider": (
        200,
        "<html><head><title>请稍候…</title></head><body>"
        '<div id="puzzle-vcode" class="ctct">拖动滑块完成拼图后继续访问</div>'
        '<script src="/ctct/puzzle-vcode.js"></script></body></html>',
        {},
    ),
    "plain_412": (412, "<html><body>Precondition Failed</body></html>", {}),
    "plain_202": (202, "<html><body>请求已受理，正在生成页面，请稍后刷新。</body></html>", {}),
    "plain_405": (405, "<html><body>Method Not Allowed</body></html>", {"Allow": "GET, HEAD"}),
    "plain_403": (403, "<html><body>Forbidden</body></html>", {}),
}
