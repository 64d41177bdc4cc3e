"""Contact persons, their phones and mails are cut out of what is released; counts and prose stay."""

import random

import pytest

from model.contacts import without_contacts

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", ["伟", "芳", "秀英", "建国", "晓明", "静", "志强", "丽"]


def wide(digits: str) -> str:
    return "".join(chr(ord(d) + 0xFEE0) if d.isdigit() else d for d in digits)


SENTENCES = [
    "联系人：{name}，联系电话：{phone}。",
    "（联系人:{name}  电话 {phone}）",
    "如对本报告有疑问，请与{name}联系，电话{phone}，电子邮箱{mail}。",
    "本报告由办公室编制，经办人：{name}；传真：{phone}。",
    "填报人：{name}    审核人：{other}    联系方式：{phone}",
    "地址：青禾市和平路1号，邮编：300000，电话：{phone}，E-mail：{mail}",
    "请致电{phone}或发送邮件至{mail}咨询。",
    "咨询电话：{phone}（{name}）",
    "请联系{name}同志（{phone}）。",
    "联系人 {name}、{other}，手机号码：{mobile}",
]


def generated(count: int) -> list[tuple[str, list[str]]]:
    """Sentences, and what of them must be gone."""
    draw = random.Random(20261124)
    made = []
    for n in range(count):
        digits = "".join(draw.choice("23456789") for _ in range(8))
        mobile = f"1{draw.choice('3578')}{digits}{draw.randrange(10)}"
        phones = [f"022-{digits}", f"（022）{digits}", f"022—{digits[:4]} {digits[4:]}", f"0591-{digits}转801", mobile,
                  wide(f"022－{digits}"), f"{mobile[:3]} {mobile[3:7]} {mobile[7:]}"]  # fmt: skip
        facts = {
            "name": draw.choice(SURNAMES) + draw.choice(GIVEN),
            "other": draw.choice(SURNAMES) + draw.choice(GIVEN),
            "phone": draw.choice(phones),
            "mobile": mobile,
            "mail": f"{draw.choice(['xxgk', 'office_1', 'li.ming'])}@{draw.choice(['tj.gov.cn', '163.com'])}",
        }
        sentence = SENTENCES[n % len(SENTENCES)]
        made.append((sentence.format(**facts), [fact for name, fact in facts.items() if f"{{{name}}}" in sentence]))
    return made


def test_recall_on_generated_sentences() -> None:
    secrets = leaked = 0
    for sentence, facts in generated(1000):
        left = without_contacts(sentence)
        secrets += len(facts)
        leaked += sum(1 for fact in facts if fact in left)
    assert secrets > 1900
    assert leaked == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "全年接听咨询电话230次，答复电话申请3件，通过电子邮箱收到申请12件。",
        "主要负责人亲自抓，分管负责人具体抓，明确专人负责。",
        "政务微信公众号发布信息1234条，关注量12345678人。",
        "热线12345受理诉求45678件，办结率99.8%。",
        "投资13800000000元，涉及项目20220001号。",
        "公布各单位依申请公开联系方式，完善受理渠道。",
        "收到信函申请5件，传真申请2件，电话咨询18人次。",
        "文号为津政办发〔2022〕12号，日期为2022-01-10。",
        "全市共有行政规范性文件1234件，网站访问量1023456789次。",
    ],
)
def test_counts_and_prose_stay(sentence: str) -> None:
    assert without_contacts(sentence) == sentence
