package chatd.admin.terminal;

/** The forms in which results are printed. */
public enum Output {
    table,
    json,
    /** For {@code log tail} and {@code log query}. */
    xml,
    /** For {@code stats --check}: as a plugin of Nagios and what came after it (Icinga, Naemon, Zabbix) prints. */
    nagios
}
