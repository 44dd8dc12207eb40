package chatd.admin.terminal;

/** The forms in which results are printed. */
public enum Output {
    table,
    json,
    xml
}
