"""The words of a report: own sentences, whose figures are those of its tables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from infra.simulator.reports.dice import dice, split
from infra.simulator.reports.figures import APPLICANTS, RESULT_ROWS, Era, Number
from infra.simulator.reports.office import Office


@dataclass(frozen=True)
class Claim:
    """A figure named by the prose. `compared_with` lists the ids whose sum it is."""

    quote: str
    quantity: str
    number: int
    compared_with: tuple[str, ...]


@dataclass(frozen=True)
class Prose:
    """Paragraphs by section; `preamble` stands before section 一."""

    preamble: tuple[str, ...]
    overview: tuple[str, ...]
    problems_and_improvements: tuple[str, ...]
    other_matters: tuple[str, ...]
    claims: tuple[Claim, ...]

    def replaced(self, old: str, new: str) -> "Prose":
        """Other words in every paragraph; without `old`, `new` is added to section 五. Claims stay as they were."""
        if not old:
            return replace(self, problems_and_improvements=(*self.problems_and_improvements, new))

        def edited(paragraphs: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(paragraph.replace(old, new) for paragraph in paragraphs)

        return Prose(
            edited(self.preamble),
            edited(self.overview),
            edited(self.problems_and_improvements),
            edited(self.other_matters),
            self.claims,
        )


def compose(seed: int, office: Office, year: int, era: Era, scope: str, values: Mapping[str, Number]) -> Prose:
    """Write the prose for these figures."""
    chance = dice(seed, office.name, year, "prose")
    claims: list[Claim] = []
    whose = f"{office.name}本级" if scope == "own" else f"{office.name}所辖各单位汇总"
    preamble = (
        f"现依照《中华人民共和国政府信息公开条例》有关条款，向社会公布{office.name}{year}年度政府信息公开工作的"
        f"年度报告。报告数据为{whose}数据，统计期限自{year}年1月1日起，至{year}年12月31日止。",
    )
    overview = (
        _opening(office, year, chance),
        "（一）主动公开。" + _proactive(era, values, claims, chance),
        "（二）依申请公开。" + _applications(era, values, claims, chance),
        "（三）政府信息管理。" + chance.choice(_MANAGEMENT),
        "（四）平台建设。" + chance.choice(_PLATFORM).format(count=chance.randint(80, 4_000)),
        "（五）监督保障。" + _supervision(values, claims, chance),
    )
    problems = (
        f"主要问题：{_listed(chance.sample(_PROBLEMS, 2))}。",
        f"改进措施：{_listed(chance.sample(_REMEDIES, 2))}。",
    )
    other = (chance.choice(_OTHER).format(year=year),)
    return Prose(preamble, overview, problems, other, tuple(claims))


def _listed(points: list[str]) -> str:
    return "；".join(f"{mark}是{point}" for mark, point in zip("一二", points, strict=True))


def _claim(claims: list[Claim], values: Mapping[str, Number], quantity: str, wording: str, *ids: str) -> str:
    """Fill the sum of the ids into the wording, and remember it."""
    number = int(sum(values[key] for key in ids))
    quote = wording.format(number)
    claims.append(Claim(quote, quantity, number, ids))
    return quote


def _opening(office: Office, year: int, chance: Random) -> str:
    wish = chance.choice([
        "把信息公开融入日常业务", "围绕群众最常问的事情安排公开内容", "以便民为先梳理公开流程",
    ])  # fmt: skip
    return f"{year}年，{office.short}{wish}，按时完成了全年各项公开任务。"


def _proactive(era: Era, values: Mapping[str, Number], claims: list[Claim], chance: Random) -> str:
    text = f"通过门户网站发布各类信息{chance.randint(60, 5_000)}条，同步更新公开指南和目录。"
    if era == "form2021":
        row = "proactive.art20_1.normative_documents"
        text += "全年" + "，".join([
            _claim(claims, values, "documents issued", "制发行政规范性文件{}件", f"{row}.issued"),
            _claim(claims, values, "documents in force", "年末现行有效行政规范性文件{}件", f"{row}.in_force"),
        ]) + "。"  # fmt: skip
    # A number that belongs to no table: readers that take any 件 for a reply go wrong here.
    return text + f"另公开人大代表建议和政协委员提案办理复文{chance.randint(3, 90)}件。"


def _applications(era: Era, values: Mapping[str, Number], claims: list[Claim], chance: Random) -> str:
    def total(row: str) -> str:
        return f"applications.{row}.total"

    received = int(values[total("new_received")])
    head = _claim(claims, values, "applications received", chance.choice([
        "全年新收政府信息公开申请{}件", "本年度共收到政府信息公开申请{}件", "一年来受理政府信息公开申请{}件",
    ]), total("new_received"))  # fmt: skip
    ways = split(received, [8.0, 1.0, 2.0], chance)
    text = f"{head}，其中网站申请{ways[0]}件、当面申请{ways[1]}件、信函申请{ways[2]}件。按申请人分，"
    text += _claim(claims, values, "by natural persons", "自然人{}件，",
                   "applications.new_received.natural_person")  # fmt: skip
    text += _claim(claims, values, "by organisations", "法人或其他组织{}件。",
                   *(f"applications.new_received.{who}" for who in APPLICANTS[1:]))  # fmt: skip
    text += "加上" + _claim(claims, values, "carried in", "上年结转{}件", total("carried_in"))
    text += "，" + _claim(claims, values, "closed", "全年办结{}件", total("total"))
    text += "，" + _claim(claims, values, "carried out", "结转下年度继续办理{}件。", total("carried_out"))
    kinds = {
        "予以公开": "disclosed", "部分公开": "partially_disclosed", "不予公开": "not_disclosed.",
        "无法提供": "cannot_provide.", "不予处理": "not_processed.", "其他处理": "other_handling.",
    }  # fmt: skip
    outcomes = [
        _claim(claims, values, label, label + "{}件",
               *(total(f"results.{row}") for row in RESULT_ROWS[era] if row.startswith(start)))
        for label, start in kinds.items()
    ]  # fmt: skip
    return text + "办理结果为：" + "、".join(outcomes) + "。"


def _supervision(values: Mapping[str, Number], claims: list[Claim], chance: Random) -> str:
    text = chance.choice(_SUPERVISION)
    review = _claim(claims, values, "reviews", "因政府信息公开被申请行政复议{}件",
                    "review_litigation.administrative_review.total")  # fmt: skip
    suits = _claim(claims, values, "lawsuits", "被提起行政诉讼{}件",
                   "review_litigation.litigation_direct.total",
                   "review_litigation.litigation_after_review.total")  # fmt: skip
    return f"{text}{review}，{suits}。"


_MANAGEMENT = (
    "起草公文时同时确定公开属性，发布前由业务科室和保密人员分别把关。",
    "清理失效内容，对历年文件重新分类编号，方便公众检索。",
    "建立信息台账，逐条登记形成时间、公开方式和责任人。",
)
_PLATFORM = (
    "门户网站公开专栏全年更新{count}次，检索和无障碍功能运行平稳。",
    "政务新媒体发布图文{count}篇，并在办事大厅设置查阅终端。",
    "公开专区新设常见问题栏，收录问答{count}条。",
)
_SUPERVISION = (
    "公开工作列入年度考核，组织业务培训并开展社会评议，全年没有责任追究情形。",
    "按季度自查公开质量，邀请企业和居民代表评议，考核结果在内部通报。",
)
_PROBLEMS = (
    "个别信息发布不够及时",
    "政策解读的形式还比较单一",
    "基层窗口人员对办理流程不够熟悉",
    "专栏分类与公众习惯的叫法不尽一致",
)
_REMEDIES = (
    "明确各科室的发布时限，到期提醒",
    "用图表和问答说明政策要点",
    "安排轮训，统一答复文书的写法",
    "按办事主题重新编排专栏",
)
_OTHER = (
    "{year}年度未收取信息处理费，没有其他需要报告的事项。",
    "无。",
    "本年度没有向申请人发出收费通知，其他事项无。",
)
