"""The sentences about stores that were put aside, Chinese and English."""

PUT_ASIDE: dict[str, tuple[str, str]] = {
    "unknown_put_aside": (
        "这里没有编号为“{name}”的旧数据；也许已经取回或丢弃了。",
        "There is no older data '{name}' here; it may have been brought back or thrown away already.",
    ),
    "several_put_aside": (
        "这里有 {count} 份旧数据，请写明要哪一份的编号。",
        "There is older data from {count} times here. Say the number of the one that is meant.",
    ),
    "put_aside_key": (
        "旧数据的密钥不在这台电脑上，打不开；没有改动任何东西。系统钥匙串恢复以后可以再试。",
        "The key of the older data is not on this computer: it cannot be opened, and nothing was changed. Try again "
        "once the system's key ring has it back.",
    ),
    "put_aside_damaged": (
        "旧数据有损坏，读不出来；没有改动任何东西，它还在原处。",
        "The older data is damaged and cannot be read. Nothing was changed; it stays where it is.",
    ),
    "put_aside_foreign": (
        "旧数据属于另一个人；没有取回任何东西。",
        "The older data belongs to another person; nothing was brought back.",
    ),
    "throw_away_unsaid": (
        "丢弃以后，旧数据里没发送的更改再也找不回来。确实要丢弃，请加上 --yes。",
        "Once it is thrown away, changes in the older data that were not sent are lost for good. If you are sure, add "
        "--yes.",
    ),
}
