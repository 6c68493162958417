"""The socket: JSON-RPC over WebSocket, as `protocol.md` has it."""
