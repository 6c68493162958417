"""What a refusal becomes outside: its status and its sentences, said once for REST, socket and command line."""

from __future__ import annotations

from typing import Final

from yanxin.domain.refusals import Refused
from yanxin.protocol.views import Problem

# code: (status, Chinese, English). Facts of the refusal may stand in the sentences as {name}.
PROBLEMS: Final[dict[str, tuple[int, str, str]]] = {
    "admin.required": (403, "只有管理员可以这样做", "Only an administrator may do this"),
    "conversation.bad_title": (
        400,
        "群名为空、过长或含有不可见字符（最多 {limit} 字）",
        "The title is empty, too long or holds invisible characters (at most {limit} characters)",
    ),
    "conversation.direct_needs_one": (400, "单聊只能指定一个人", "A direct conversation is with one person"),
    "conversation.dismissed": (409, "该群已解散，只能查看", "This group was dismissed; it can only be read"),
    "conversation.is_direct": (409, "单聊不支持这项操作", "A direct conversation has no title, members or end"),
    "conversation.not_found": (
        404,
        "找不到该会话，或您不在其中",
        "There is no such conversation, or you are not in it",
    ),
    "conversation.too_many_members": (409, "群成员最多 {limit} 人", "A group has at most {limit} members"),
    "cursor.beyond_head": (400, "已读位置超出了最新消息（{head}）", "The cursor lies beyond the newest event ({head})"),
    "department.bad_name": (
        400,
        "部门名称为空、过长或含有不可见字符",
        "The department's name is empty, too long or holds invisible characters",
    ),
    "department.not_found": (404, "找不到该部门", "There is no such department"),
    "events.one_of": (400, "after、before、around 必须且只能给一个", "Give exactly one of after, before and around"),
    "member.not_allowed": (
        403,
        "您在群里的角色不能这样做（需要 {needs}）",
        "Your role in the group does not allow this (it needs {needs})",
    ),
    "member.not_found": (404, "该用户不在群里", "This person is not in the group"),
    "message.bad_character": (
        400,
        "消息含有不允许的字符（U+0000）",
        "The message holds a character that is not allowed (U+0000)",
    ),
    "message.client_id_reused": (409, "这个 client_id 已用于另一条消息", "This client_id was used for something else"),
    "message.client_id_used": (409, "这个 client_id 已被使用", "This client_id was used already"),
    "message.empty": (400, "消息是空的", "The message is empty"),
    "message.not_found": (404, "找不到该消息", "There is no such message"),
    "message.not_yours": (403, "只能修改或撤回自己的消息", "You may change or recall your own messages only"),
    "message.recalled": (409, "该消息已撤回", "This message was recalled"),
    "message.too_late": (
        403,
        "发出超过 {limit_seconds} 秒的消息不能撤回",
        "A message can be recalled within {limit_seconds} seconds only",
    ),
    "message.too_long": (400, "消息过长，最多 {limit} 字", "The message is too long; at most {limit} characters"),
    "message.too_many_edits": (
        409,
        "该消息已修改 {limit} 次，不能再改",
        "This message was edited {limit} times already",
    ),
    "message.too_many_mentions": (400, "一条消息最多提及 {limit} 人", "A message may mention at most {limit} people"),
    "page.bad_cursor": (400, "分页标记无效，请从头开始", "The page cursor is not valid; start from the first page"),
    "password.too_long": (400, "密码过长，最多 {limit} 个字符", "The password is too long; at most {limit} characters"),
    "password.too_short": (400, "密码至少 {least} 个字符", "The password needs at least {least} characters"),
    "password.too_simple": (400, "密码过于简单", "The password is too simple"),
    "password.wrong": (403, "原密码不正确", "The old password is not right"),
    "reaction.bad_emoji": (400, "表情无效", "The emoji is not valid"),
    "reaction.too_many": (
        409,
        "这条消息的表情回应已到上限（{limit}）",
        "This message has as many reactions as it can take ({limit})",
    ),
    "request.malformed": (400, "请求格式不正确：{reason}", "The request is not well formed: {reason}"),
    "request.method_not_allowed": (405, "该地址不支持这种请求方法", "This address does not take this method"),
    "request.origin": (403, "请求来源不符", "The Origin of the request does not match"),
    "request.too_large": (413, "请求过大，最多 {limit} 字节", "The request is too large; at most {limit} bytes"),
    "route.not_found": (404, "没有这个地址", "There is no such address"),
    "server.busy": (503, "服务器繁忙，请稍后再试", "The server is busy; try again in a moment"),
    "server.failed": (500, "服务器内部错误，已记录", "Something failed in the server; it was logged"),
    "server.storage_full": (507, "服务器磁盘已满，请联系管理员", "The server's disk is full; tell your administrator"),
    "server.unavailable": (503, "数据库暂不可用，请稍后再试", "The database is not available; try again in a moment"),
    "session.bad_credentials": (
        401,
        "用户名或密码不正确，或账号已停用",
        "The username or password is wrong, or the account is disabled",
    ),
    "session.hello_first": (400, "请先发送 hello", "Say hello first"),
    "session.not_found": (404, "找不到该登录会话", "There is no such session"),
    "session.required": (401, "请先登录", "Sign in first"),
    "session.throttled": (
        429,
        "尝试过于频繁，请在 {seconds} 秒后再试",
        "Too many attempts; try again in {seconds} seconds",
    ),
    "setup.bad_organisation": (
        400,
        "单位名称为空、过长或含有不可见字符（最多 {limit} 字）",
        "The organisation's name is empty, too long or holds invisible characters (at most {limit} characters)",
    ),
    "setup.bad_token": (
        403,
        "初始化链接无效，请使用服务器打印的最新链接",
        "The set-up link is not valid; use the newest one that the server printed",
    ),
    "setup.closed": (404, "已完成初始化", "Set-up is done already"),
    "user.bad_display_name": (
        400,
        "姓名为空、过长或含有不可见字符",
        "The display name is empty, too long or holds invisible characters",
    ),
    "user.bad_username": (
        400,
        "用户名只能由字母、数字和 . _ - @ + 组成（最多 {limit} 字）",
        "A username holds letters, digits and . _ - @ + (at most {limit})",
    ),
    "user.last_admin": (409, "至少要保留一名管理员", "At least one administrator must remain"),
    "user.not_found": (404, "找不到该用户", "There is no such person"),
    "user.username_taken": (409, "用户名已被占用：{username}", "This username is taken: {username}"),
}

LANGUAGES: Final = ("zh", "en")


def language_of(accept_language: str | None) -> str:
    """Of the languages that we speak, the one that the header likes best; Chinese where it says nothing."""
    best, weight = "zh", 0.0
    for part in (accept_language or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.split("-")[0].lower()
        if primary not in LANGUAGES:
            continue
        quality = 1.0
        if parameters.strip().startswith("q="):
            try:
                quality = float(parameters.strip()[2:])
            except ValueError:
                quality = 0.0
        if quality > weight:
            best, weight = primary, quality
    return best


def status_of(refused: Refused) -> int:
    """The HTTP status of a refusal."""
    return PROBLEMS[refused.code][0]


def of(refused: Refused, language: str) -> Problem:
    """`refused` as RFC 9457 has it, in `language` (`zh` or `en`)."""
    status, chinese, english = PROBLEMS[refused.code]
    sentence = (english if language == "en" else chinese).format_map(_Facts(refused.facts))
    return Problem(
        type=f"urn:yanxin:problem:{refused.code}",
        title=sentence,
        status=status,
        detail=sentence,
        code=refused.code,
        params=refused.facts,
    )


class _Facts(dict[str, object]):
    """A fact that a sentence names and a refusal lacks is left out rather than raised over."""

    def __missing__(self, key: str) -> str:
        return "…"
