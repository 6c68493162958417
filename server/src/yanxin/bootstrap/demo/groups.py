"""The groups of the company and the pairs that talk: who is in them, and which scenes are played there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from yanxin.bootstrap.demo import company
from yanxin.bootstrap.demo.company import VISITOR


@dataclass(frozen=True)
class Group:
    """A group: first those `named`, its owner and an administrator at their head, then whole departments, then
    `others` from those in `mixed`.

    `messages` is about how many are said there; `unread` how many of the last the visitor has not read.
    """

    title: str
    named: str
    tags: str
    messages: int
    departments: tuple[str, ...] = ()
    others: int = 0
    mixed: tuple[str, ...] = ()
    unread: int = 0
    pinned: bool = False
    muted: bool = False
    everybody: bool = False


_RESEARCH: Final = (company.HARDWARE, company.FIRMWARE, company.ALGORITHMS, company.TESTING)
_ALL: Final = (*_RESEARCH, company.PRODUCTION, company.QUALITY, company.SALES, company.SUPPORT, company.SUPPLY)

GROUPS: Final = (
    Group(
        "海燕预研组",
        "guchenxi zhoumingyuan linxiao chenyuhang yaolin hanzhipeng hesiqi suwanqing dingyifan shenjiayi",
        "haiyan",
        120,
        others=14,
        mixed=_RESEARCH,
        unread=6,
        pinned=True,
    ),
    Group("固件部", "zhoumingyuan chenyuhang linxiao", "fw dept", 110, (company.FIRMWARE,), unread=3),
    Group(
        "海燕 EtherCAT 联调",
        "chenyuhang yaolin linxiao hanzhipeng suwanqing",
        "ecat",
        60,
        others=5,
        mixed=_RESEARCH,
        unread=2,
    ),
    Group(
        "海燕多轴伺服驱动器 V2.3 EtherCAT 从站一致性测试与现场问题闭环跟踪临时沟通协作群（东岭机床·二期现场专用）",
        "guchenxi linxiao tangkexin dengke zhoumingyuan hanzhipeng shenjiayi suwanqing",
        "site",
        70,
        others=6,
        mixed=(company.FIRMWARE, company.SUPPORT),
        unread=5,
    ),
    Group("代码评审", "zhoumingyuan chenyuhang linxiao yaolin hesiqi", "review", 60, others=7, mixed=_RESEARCH),
    Group(
        "老化与可靠性",
        "suwanqing dingyifan linxiao hanzhipeng shenjiayi",
        "test",
        50,
        others=8,
        mixed=(company.TESTING, company.FIRMWARE),
        unread=1,
    ),
    Group("IT 服务台", "lvqing fangwenjing linxiao admin", "it", 50, others=40, mixed=_ALL),
    Group("2026 届新人训练营", "fangwenjing linxiao yaolin", "newcomer", 40, others=18, mixed=_RESEARCH, unread=4),
    Group(
        "周四羽毛球 🏸",
        "dingyifan suwanqing linxiao dengke",
        "badminton",
        40,
        others=16,
        mixed=_ALL,
        unread=7,
        muted=True,
    ),
    Group("食堂点评", "fangwenjing guochangshun linxiao", "food", 40, others=40, mixed=_ALL, unread=4, muted=True),
    Group("读书会", "hesiqi chenyuhang linxiao", "book", 25, others=8, mixed=_ALL),
    Group("砺川全员群", "fangwenjing", "announce", 40, everybody=True, unread=2),
    Group("硬件部", "hanzhipeng", "hw dept", 55, (company.HARDWARE,)),
    Group("算法部", "hesiqi", "algo dept", 50, (company.ALGORITHMS,)),
    Group("测试部", "suwanqing dingyifan", "test dept", 60, (company.TESTING,)),
    Group("研发中心周例会", "pengzhiyuan guchenxi zhoumingyuan suwanqing hanzhipeng hesiqi", "meeting project", 25),
    Group(
        "磐石 S3 降本项目",
        "guchenxi hanzhipeng liangzihan",
        "hw project",
        50,
        others=9,
        mixed=(company.HARDWARE, company.SUPPLY),
    ),
    Group("青竹低压伺服", "guchenxi hesiqi hanzhipeng yaolin", "algo fw project", 60, others=9, mixed=_RESEARCH),
    Group("生产部", "guochangshun", "prod dept", 55, (company.PRODUCTION,)),
    Group(
        "产线质量早会",
        "guochangshun shenjiayi",
        "prod quality",
        55,
        others=12,
        mixed=(company.PRODUCTION, company.QUALITY),
    ),
    Group("品质部", "shenjiayi", "quality dept", 50, (company.QUALITY,)),
    Group(
        "8D：接插件松动", "shenjiayi hanzhipeng tangkexin liangzihan", "quality", 25, others=4, mixed=(company.QUALITY,)
    ),
    Group("销售部", "dengke", "sales dept", 50, (company.SALES,)),
    Group("技术支持部", "tangkexin", "support dept", 50, (company.SUPPORT,)),
    Group("供应链部", "liangzihan", "supply dept", 50, (company.SUPPLY,)),
    Group("综合管理部", "fangwenjing lvqing admin", "office dept", 50, (company.OFFICE,)),
)


@dataclass(frozen=True)
class Direct:
    """The visitor's talk with one person; all scenes that are theirs are played."""

    peer: str
    unread: int = 0
    pinned: bool = False
    marked: bool = False


DIRECTS: Final = (
    Direct("zhoumingyuan", unread=2, pinned=True),
    Direct("chenyuhang", unread=2),
    Direct("tangkexin", unread=3),
    Direct("suwanqing"),
    Direct("hanzhipeng"),
    Direct("guchenxi"),
    Direct("hesiqi"),
    Direct("fangwenjing", marked=True),
    Direct("lvqing"),
    Direct("dingyifan"),
    Direct("shenjiayi"),
    Direct("yaolin"),
    Direct("dengke"),
    Direct(VISITOR),
)

OTHER_PAIRS: Final = 30
"""So many pairs of others talk too, which whoever signs in as one of them finds."""

SCENES_OF_A_PAIR: Final = 3
