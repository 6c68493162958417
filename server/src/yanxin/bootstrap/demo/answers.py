"""Answers: what a colleague says to something that was said to them. Plain words, no I/O."""

from __future__ import annotations

import random
import re
from typing import Final

from yanxin.domain.bodies import AnyBody, Code, Text

_CODE: Final = (
    "看了，逻辑没问题，边界值再补个单测吧",
    "这段我拉下来跑一下，晚点给你结论",
    "写得挺清楚的 👍 命名那里我有个小意见，当面说",
    "异常分支好像没处理，超时之后会怎样？",
)
_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (r"谢谢|多谢|感谢|辛苦|thanks|thank you", ("客气啦 😄", "不客气", "应该的", "小事，有问题再找我")),
    (r"再见|拜拜|下班|明天见|bye", ("明天见 👋", "好的，早点休息", "拜拜，路上慢点")),
    (r"在吗|在不在|有空吗|有时间吗|忙吗", ("在的，你说", "在，什么事？", "刚开完会，你说", "有空，怎么了？")),
    (
        r"早上好|早安|^早|下午好|晚上好|你好|您好|hello|^hi\b|^hey",
        ("你好呀 👋", "嗨，你好", "哈喽，今天状态不错嘛", "你好，有什么可以帮忙的？"),
    ),
    (
        r"吃饭|吃啥|午饭|晚饭|奶茶|咖啡|食堂",
        ("走，11:50 楼下见", "今天食堂有酸菜鱼，早点去", "我刚吃过，你们去吧 😋", "可以啊，几个人？"),
    ),
    (r"羽毛球|打球|爬山|跑步|周末", ("算我一个！", "周四老时间，记得接龙", "这周有点忙，下周吧 😂")),
    (
        r"会议|开会|例会|评审|站会|几点",
        (
            "我看了下日历，下午两点以后都可以",
            "好，会议室我来订",
            "没问题，到时候我把材料投出来",
            "能改到明天上午吗？今天排满了",
        ),
    ),
    (
        r"报警|故障|E-?\d\d|过流|跳了|复现|缺陷|bug|死机|重启",
        (
            "先把日志和参数备份发我，我来看",
            "能稳定复现吗？固件版本是多少？",
            "这个现象之前见过一次，我查一下当时的记录",
            "收到，我先在台架上复现一下",
        ),
    ),
    (
        r"测试|回归|复测|用例|老化|温循",
        ("台架今天下午能空出来，我排一下", "用例我补上，跑完把结果贴群里", "上一轮是全绿的，我再确认一遍"),
    ),
    (
        r"版本|发布|标签|升级|补丁|合并|RC|构建",
        ("合并请求我看过了，没问题", "等回归跑完就打标签", "发布说明还差一点，今天能给", "先升一台验证，别一起升"),
    ),
    (
        r"文档|方案|报告|资料|说明|纪要",
        ("放在共享盘的项目目录里了，你搜一下", "初稿好了，我再改一遍发你", "好的，今天下班前给你"),
    ),
    (
        r"密码|账号|权限|登录|打不开|打印机|网络|VPN",
        ("先重新登录一次试试，不行我帮你看", "这个找青哥最快，8110", "我这边是好的，你换个网口试试？"),
    ),
    (
        r"客户|现场|东岭|王工",
        ("我刚跟现场通过电话，情况还稳定", "客户那边我来沟通，你先看日志", "今天的现场小结五点发群里"),
    ),
    (r"抱歉|不好意思|对不起", ("没事没事", "不要紧 😄", "没关系，我也经常忘")),
    (r"哈哈|😂|🤣|笑死", ("😂😂", "哈哈哈哈", "笑出声了，对面都在看我")),
    (r"收到|好的|明白|没问题|^ok\b|👌|👍|^行$|^嗯", ("👌", "好，那就这么定", "嗯嗯", "👍")),
    (
        r"催|尽快|什么时候|多久|进度|好了吗|完成了吗|怎么样了",
        ("今天下班前给你", "差不多了，还差最后一项验证", "预计明天上午，有变化我提前说", "进度正常，卡住了我会喊的"),
    ),
)
_ENGLISH: Final = (
    "Sure, let me check and get back to you.",
    "Got it 👍",
    "Sounds good to me.",
    "On it – give me ten minutes.",
)
_QUESTION: Final = (
    "好问题，我确认一下再回你",
    "我印象里是可以的，稍等我查一下",
    "这个我不太确定，@ 一下周工可能更快",
    "让我想想……倾向于可以，下午给你准信",
    "你指的是海燕那个吗？",
)
_ANYTHING: Final = (
    "收到，我记一下",
    "好的，我这边跟进",
    "明白了，有结果我第一时间说",
    "嗯，这个思路可以",
    "了解，先这么办",
    "👌 我晚点看一下",
    "有道理，我同意",
)


def to(body: AnyBody | None, rng: random.Random, before: str) -> str:
    """Something fitting to say to `body`, and not again what was said `before`."""
    choices = [each for each in _choices(body) if each != before]
    return rng.choice(choices)


def _choices(body: AnyBody | None) -> tuple[str, ...]:
    if isinstance(body, Code):
        return _CODE
    text = re.sub(r"@\S+\s*", "", body.text) if isinstance(body, Text) else ""
    for pattern, words in _WORDS:
        if re.search(pattern, text.strip(), re.IGNORECASE):
            return words
    if re.fullmatch(r"[\x20-\x7e\s]*[A-Za-z][\x20-\x7e\s]*", text):
        return _ENGLISH
    if re.search(r"[?？]|吗|呢|怎么|为什么|哪|谁|多少|能不能|可不可以|是不是", text):
        return _QUESTION
    return _ANYTHING
