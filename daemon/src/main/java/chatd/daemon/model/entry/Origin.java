package chatd.daemon.model.entry;

/** A connection, as the log names it. */
public record Origin(String session, String dialect, String address, int port) {}
