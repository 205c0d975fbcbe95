"""The settings of a server process: where it listens, its limits and how long tokens live."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Plain values with safe defaults; seconds and bytes as named."""

    host: str = "127.0.0.1"
    port: int = 8765
    certificate_file: str = ""
    key_file: str = ""
    access_token_s: int = 900
    refresh_token_s: int = 60 * 86_400
    argon2_time_cost: int = 3
    argon2_memory_kib: int = 64 * 1024
    argon2_lanes: int = 4
    failures_per_account: int = 5
    failures_per_address: int = 100
    longest_wait_s: int = 900
    request_head_s: float = 20.0
    request_body_s: float = 300.0
    answer_unread_s: float = 120.0
    next_sync_s: int = 300
    attachment_folder: str = ""
