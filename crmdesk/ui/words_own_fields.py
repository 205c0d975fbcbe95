"""The sentences about company fields, for `crmdesk.ui.words`."""

OWN_FIELDS: dict[str, tuple[str, str]] = {
    "field_retired": (
        "“{field}”已停用，不再填写。原有的值都保留着，其他内容请重新提交。",
        "'{field}' is no longer in use and takes no new value. Its old values are kept; send the rest again.",
    ),
    "unknown_custom_field": (
        "没有键为“{value}”的公司字段。请核对键和所属的记录。",
        "There is no company field with the key '{value}'. Check the key and the record that it is for.",
    ),
    "field_key": (
        "“{value}”不能作键：小写字母开头，只用小写字母、数字和下划线，最多 40 个。",
        "'{value}' cannot be a key: small letters, digits and _, a letter first, at most 40.",
    ),
    "field_key_taken": (
        "已有键为“{value}”的字段。停用的字段也保留自己的键。",
        "There is already a field with the key '{value}'. A retired one keeps its key.",
    ),
    "field_name_taken": ("已有叫“{value}”的字段。", "There is already a field called '{value}'."),
    "too_many_fields": (
        "已有 {limit} 个字段。请先停用不再需要的。",
        "There are {limit} fields already. Retire one that nobody needs any more.",
    ),
    "choices_needed": ("请写出可选项，每项一个。", "Name the choices, one each."),
    "choices_unwanted": ("只有单选和多选字段才有可选项。", "Only fields to choose from have choices."),
    "decimal_form": (
        "“{field}”要填数字，最多 {places} 位小数，例如 12.5。",
        "'{field}' takes a number with at most {places} decimals, such as 12.5.",
    ),
    "unit_unwanted": (
        "只有整数和小数字段才有单位，只有小数字段才有小数位数；英文单位要和中文单位一起写。",
        "Only numbers have a unit, and only decimal ones their decimals; the English unit goes with the Chinese one.",
    ),
    "choice_mark": (
        "可选项里不能有逗号、顿号、分号、竖线或斜线，也不能以 = 或 ' 开头：{value}",
        "A choice can't hold commas, semicolons, bars or slashes, nor begin with = or ': {value}",
    ),
    "role_never_writes": ("“{value}”从不填写这种记录。", "The role '{value}' never writes such a record."),
}
