"""The reader of traces must see a commit that came too late; its lines are what strace prints."""

from __future__ import annotations

from yanxin.testing.traces import calls, judge

WRITTEN = '8 100.000200 pwrite64(9</data/yanxin.sqlite3-wal>, "\\1\\2ab17.ab17\\0", 4096, 0) = 4096 <0.000020>'
SYNCED = "8 100.000300 fdatasync(9</data/yanxin.sqlite3-wal>) = 0 <0.001000>"
ANSWER = '\\201~{\\"jsonrpc\\":\\"2.0\\",\\"id\\":3,\\"result\\":{\\"seq\\":17,\\"ordinal\\":16}}'
SYNC_BEGUN = "8 100.000300 fdatasync(9</data/yanxin.sqlite3-wal> <unfinished ...>"
SYNC_ENDED = "8 100.001300 <... fdatasync resumed>) = 0 <0.001000>"


def answered(at: str) -> str:
    return f'7 {at} sendto(12<socket:[55]>, "{ANSWER}", 80, 0, NULL, 0) = 80 <0.000030>'


def verdict(*lines: str) -> tuple[int, list[str]]:
    judged = judge(calls(lines), lambda path: path.endswith("-wal"), {17: "ab17"})
    return judged.acknowledgements, judged.violations


def test_an_answer_after_the_sync_is_right() -> None:
    assert verdict(WRITTEN, SYNCED, answered("100.002000")) == (1, [])


def test_a_sync_that_other_calls_interrupted_is_read_whole() -> None:
    assert verdict(WRITTEN, SYNC_BEGUN, SYNC_ENDED, answered("100.002000")) == (1, [])


def test_an_answer_while_the_sync_goes_on_is_too_soon() -> None:
    count, found = verdict(WRITTEN, SYNC_BEGUN, answered("100.000900"), SYNC_ENDED)
    assert count == 1
    assert found == ["seq 17 was acknowledged before what was written was synced"]


def test_an_answer_without_a_sync_is_too_soon() -> None:
    assert verdict(WRITTEN, answered("100.002000"))[1] != []


def test_a_sync_of_another_file_does_not_count() -> None:
    other = SYNCED.replace("-wal", "")
    assert verdict(WRITTEN, other, answered("100.002000"))[1] != []


def test_the_write_and_sync_of_another_message_is_no_cover() -> None:
    count, found = verdict(WRITTEN.replace("ab17", "ab16"), SYNCED, answered("100.002000"))
    assert count == 1
    assert found == ["seq 17 was acknowledged before it was written"]


def test_a_message_broken_by_a_page_is_found_by_its_other_half() -> None:
    assert verdict(WRITTEN.replace("ab17.ab17", "ab17.ab"), SYNCED, answered("100.002000")) == (1, [])


def test_a_call_that_failed_does_not_count() -> None:
    failed = "8 100.000300 fdatasync(9</data/yanxin.sqlite3-wal>) = -1 EIO (Input/output error) <0.001000>"
    assert verdict(WRITTEN, failed, answered("100.002000"))[1] != []
