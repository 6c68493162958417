"""The company: its departments, and the 200 people in them. All of it is invented."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

NAME: Final = "砺川智控"
ADMIN: Final = "admin"
VISITOR: Final = "linxiao"
"""Whom somebody who tries the demo signs in as."""

_SEED: Final = 200

CENTRE: Final = "研发中心"
HARDWARE: Final = "硬件部"
FIRMWARE: Final = "固件部"
ALGORITHMS: Final = "算法部"
TESTING: Final = "测试部"
PRODUCTION: Final = "生产部"
QUALITY: Final = "品质部"
SALES: Final = "销售部"
SUPPORT: Final = "技术支持部"
SUPPLY: Final = "供应链部"
OFFICE: Final = "综合管理部"
BOARD: Final = "总经理办公室"


@dataclass(frozen=True)
class Department:
    """A department, the one above it, and how many people sit in it (without those below)."""

    name: str
    above: str | None
    size: int


DEPARTMENTS: Final = (
    Department(BOARD, None, 5),
    Department(CENTRE, None, 3),
    Department(HARDWARE, CENTRE, 26),
    Department(FIRMWARE, CENTRE, 24),
    Department(ALGORITHMS, CENTRE, 14),
    Department(TESTING, CENTRE, 20),
    Department("制造中心", None, 3),
    Department(PRODUCTION, "制造中心", 38),
    Department(QUALITY, "制造中心", 16),
    Department("营销中心", None, 3),
    Department(SALES, "营销中心", 18),
    Department(SUPPORT, "营销中心", 12),
    Department(SUPPLY, None, 10),
    Department(OFFICE, None, 8),
)


@dataclass(frozen=True)
class Person:
    """Somebody who works there."""

    username: str
    display_name: str
    department: str
    is_admin: bool = False


CAST: Final = (
    Person(ADMIN, "系统管理员", OFFICE, is_admin=True),
    Person(VISITOR, "林晓", FIRMWARE),
    Person("zhoumingyuan", "周明远", FIRMWARE),
    Person("chenyuhang", "陈雨航", FIRMWARE),
    Person("yaolin", "姚琳", FIRMWARE),
    Person("suwanqing", "苏婉清", TESTING),
    Person("dingyifan", "丁一凡", TESTING),
    Person("hanzhipeng", "韩志鹏", HARDWARE),
    Person("hesiqi", "何思齐", ALGORITHMS),
    Person("guchenxi", "顾晨曦", CENTRE),
    Person("pengzhiyuan", "彭致远", CENTRE),
    Person("xuchengan", "许承安", BOARD),
    Person("guochangshun", "郭长顺", PRODUCTION),
    Person("shenjiayi", "沈佳怡", QUALITY),
    Person("dengke", "邓柯", SALES),
    Person("tangkexin", "唐可欣", SUPPORT),
    Person("liangzihan", "梁子涵", SUPPLY),
    Person("fangwenjing", "方文静", OFFICE),
    Person("lvqing", "吕青", OFFICE),
)
"""Those whom the scenes call by name."""

_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭萧田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严戴莫孔向汤"
)
_GIVEN: Final = [
    "伟",
    "磊",
    "洋",
    "勇",
    "军",
    "杰",
    "涛",
    "明",
    "超",
    "刚",
    "平",
    "辉",
    "鹏",
    "斌",
    "波",
    "宁",
    "亮",
    "峰",
    "凯",
    "浩",
    "健",
    "俊",
    "帆",
    "博",
    "林",
    "静",
    "敏",
    "燕",
    "丽",
    "娟",
    "艳",
    "霞",
    "玲",
    "婷",
    "雪",
    "慧",
    "莹",
    "倩",
    "洁",
    "颖",
    "琳",
    "佳",
    "薇",
    "岚",
    "建国",
    "志强",
    "文博",
    "子轩",
    "浩然",
    "宇航",
    "俊杰",
    "嘉豪",
    "泽宇",
    "思远",
    "天佑",
    "一鸣",
    "承志",
    "立群",
    "海峰",
    "晓东",
    "振华",
    "国平",
    "永康",
    "家乐",
    "启明",
    "书恒",
    "景行",
    "云飞",
    "少华",
    "卫东",
    "世杰",
    "光耀",
    "新宇",
    "晨阳",
    "逸飞",
    "若愚",
    "向阳",
    "长青",
    "雨桐",
    "欣怡",
    "梦琪",
    "诗涵",
    "雅静",
    "晓彤",
    "思雨",
    "佳琪",
    "梓萱",
    "语嫣",
    "慧敏",
    "晓燕",
    "秀英",
    "玉兰",
    "春梅",
    "丽华",
    "美玲",
    "文静",
    "可心",
    "若曦",
    "婉婷",
    "静怡",
    "雪梅",
    "晓雯",
    "紫涵",
    "凤英",
    "桂芳",
    "红霞",
    "淑芬",
    "月华",
    "巧云",
    "安琪",
    "念慈",
    "芷若",
    "亦凡",
    "知夏",
    "南星",
    "清和",
    "望舒",
    "怀瑾",
]


def people() -> list[Person]:
    """All 200, the cast first, then the others by department; always the same."""
    # Loaded when first needed: its tables take a tenth of a second, and most starts fill nothing.
    from pypinyin import lazy_pinyin

    rng = random.Random(_SEED)
    everybody = list(CAST)
    usernames = {person.username for person in CAST}
    names = {person.display_name for person in CAST}
    for department in DEPARTMENTS:
        seats = department.size - sum(person.department == department.name for person in CAST)
        for _ in range(seats):
            name = _name(rng, names)
            username = "".join(lazy_pinyin(name))
            if username in usernames:
                # As in any company: whoever comes second gets the job number behind the name.
                username += f"{1000 + 7 * len(everybody):04d}"
            usernames.add(username)
            names.add(name)
            everybody.append(Person(username, name, department.name))
    return everybody


def _name(rng: random.Random, taken: set[str]) -> str:
    while True:
        # The squared draw makes the first surnames, which are the commonest, come more often.
        surname = _SURNAMES[int(len(_SURNAMES) * rng.random() ** 2)]
        name = surname + rng.choice(_GIVEN)
        if name not in taken:
            return name
