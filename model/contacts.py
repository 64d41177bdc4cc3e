"""Names, phones and mails of contact persons, which a report prints and which nobody needs in a table of figures.

The original keeps them; whatever is cut out of it for release, claim or search goes through `without_contacts`.
"""

import re

_SEPARATORS = "，,;；。\n|"
_PHONE_WORDS = "(?:联系|咨询|监督|服务|举报|投诉|受理|办公|值班|热线|固定|移动|公开)?(?:电话|热线|传真|手机)(?:号码?)?"
_OTHER_WORDS = "邮政编码|邮编|(?:电子)?(?:邮箱|邮件|信箱)(?:地址)?|E-?mail|微信号?|QQ群?号?|联系方式"
_ROLES = (
    "联系人|联络人|联络员|经办人|填报人|填表人|制表人|审核人|审签人|签发人|承办人|撰稿人|责任编辑|统计负责人|"
    "单位负责人|负责人"
)
# Surnames that people of 2020 have, the most frequent ones; two of two characters are common in lists of staff.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
    "陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施牛樊葛洪颜"
)
_NAME = f"(?:欧阳|上官|司马|诸葛|[{_SURNAMES}])[\u4e00-\u9fff]{{1,2}}"
_DIGIT = "[0-9０-９]"
_GAP = r"[-－—–\s)）(（]{0,3}"
CONTACT = re.compile(
    # 联系电话：022-12345678（转8012）. Not: 接听电话12次, 电话申请3件
    rf"(?:{_PHONE_WORDS}|{_OTHER_WORDS})(?:及(?:{_PHONE_WORDS}|{_OTHER_WORDS}))?[)）]?\s*(?:[:：]|[为是](?=\s*[\w(（]))"
    rf"[^{_SEPARATORS}]{{0,60}}"
    rf"|(?:{_PHONE_WORDS}|{_OTHER_WORDS})\s*(?=[(（]?{_DIGIT}{{3,4}}[-)）－—\s]{{1,2}}{_DIGIT}|{_DIGIT}{{7}})[^{_SEPARATORS}\u4e00-\u9fff]{{5,40}}"
    # 联系人：张三、李四. Not: 主要负责人亲自抓
    rf"|(?:{_ROLES})(?:及(?:电话|联系方式))?\s*[:：]\s*[^{_SEPARATORS}]{{1,40}}"
    rf"|(?:联系人|联络员|经办人|填报人)\s*[(（]?{_NAME}(?:[、\s]{{1,3}}{_NAME}){{0,4}}(?=[\s{_SEPARATORS})）(（、]|电话|$)"
    # 请与王芳联系, 请联系李明同志
    rf"|(?<=与)\s?{_NAME}(?:先生|女士|同志|老师|科长|主任)?(?=\s?联系)"
    rf"|(?<=联系)\s?{_NAME}(?=先生|女士|同志|老师|科长|主任)"
    rf"|(?<=咨询)\s?{_NAME}(?=先生|女士|同志|老师|科长|主任)"
    # Addresses and numbers by their own shape
    r"|[\w.+-]{1,64}(?:@|＠|\(at\)|#)[\w-]{1,64}(?:\.[\w-]{1,32}){1,4}"
    rf"|(?<![0-9０-９.])(?:[(（]?[0０]{_DIGIT}{{2,3}}{_GAP}{_DIGIT}{{3,4}}[-\s]?{_DIGIT}{{4}}(?:(?:转|[-－—]){_DIGIT}{{1,5}})?"
    rf"|[1１][3-9３-９]{_DIGIT}[-\s]?{_DIGIT}{{4}}[-\s]?{_DIGIT}{{4}}"
    rf"|[4４][0０][0０][-－\s]{_DIGIT}{{3}}[-－\s]?{_DIGIT}{{4}})(?!\s?[0-9０-９元件条次个万亿])",
    re.IGNORECASE,
)
# No contact without one of these: looking for addresses in long words takes long.
_MAY_BE_CONTACT = re.compile(
    r"电话|热线|传真|手机|邮编|邮政|邮箱|邮件|信箱|mail|微信|QQ|联系|联络|[办报核签稿表责]人|责任编辑|咨询|@|＠|\(at\)"
    rf"|{_DIGIT}[-\s)）－—]{{0,2}}{_DIGIT}{{4}}",
    re.IGNORECASE,
)


def without_contacts(text: str) -> str:
    """The text with contact persons, phones and mails cut out, together with the word that announces them."""
    return CONTACT.sub("", text) if _MAY_BE_CONTACT.search(text) else text
