"""Plain HTTP: sends everybody to HTTPS, and hands out the local root certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>雁信 · 根证书</title><style>body{{font:16px/1.7 system-ui,sans-serif;max-width:44em;margin:3em auto;padding:0 1em}}
code{{word-break:break-all;background:#8882;padding:2px 6px;border-radius:4px}}</style>
<h1>信任本服务器 · Trust this server</h1>
<p><a href="/ca/root.crt" download>下载根证书 · Download the root certificate</a></p>
<p>指纹 SHA-256（请与服务器打印的核对 · compare with what the server printed）：<br><code>{fingerprint}</code></p>
<ul><li>Windows：双击证书 → 安装证书 → 本地计算机 → 受信任的根证书颁发机构</li>
<li>macOS：双击证书 → 钥匙串“系统” → 设为“始终信任”</li>
<li>统信 UOS、麒麟、Debian、Ubuntu：<code>sudo cp root.crt /usr/local/share/ca-certificates/yanxin.crt &amp;&amp; sudo update-ca-certificates</code></li>
<li>Firefox：设置 → 隐私与安全 → 证书 → 导入</li>
<li>Android、iOS、鸿蒙：下载后在“设置 → 安全 → 安装证书”中安装为 CA 证书（iOS 还需在“证书信任设置”中启用）</li></ul>
<p><a href="{secure}">{secure}</a></p></html>"""


class Plain:
    """The ASGI application of the plain port."""

    def __init__(self, secure_port: int, root: Path | None, fingerprint: str) -> None:
        self._port = secure_port
        self._root = root
        self._fingerprint = fingerprint

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answers with the certificate, the page about it, or the way to HTTPS."""
        if scope["type"] != "http":
            return
        secure = f"https://{self._host(scope)}:{self._port}"
        path = scope["path"]
        if path == "/ca/root.crt" and self._root is not None:
            headers = [
                (b"content-type", b"application/x-x509-ca-cert"),
                (b"content-disposition", b'attachment; filename="yanxin-root.crt"'),
            ]
            await _say(send, 200, headers, self._root.read_bytes())
        elif path in ("/ca", "/ca/") and self._root is not None:
            page = _PAGE.format(fingerprint=self._fingerprint, secure=secure).encode()
            policy = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")
            await _say(send, 200, [(b"content-type", b"text/html; charset=utf-8"), policy], page)
        else:
            query = b"?" + scope["query_string"] if scope["query_string"] else b""
            location = secure.encode() + scope.get("raw_path", path.encode()).split(b"?")[0] + query
            await _say(send, 308, [(b"location", location)], b"")

    @staticmethod
    def _host(scope: dict[str, Any]) -> str:
        asked = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        host = asked[: asked.index("]") + 1] if asked.startswith("[") and "]" in asked else asked.split(":")[0]
        allowed = all(character.isalnum() or character in ".-[]:_" for character in host)
        return host if host and allowed else str(scope["server"][0])


async def _say(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
