package chatd.doctor.machine;

/** Settings for the daemon's unit, as files beside it. */
public final class DropIn {
    private static final String DIRECTORY = "/etc/systemd/system/chatd.service.d";

    private DropIn() {}

    /**
     * Returns the command that makes a setting and restarts the daemon.
     *
     * @param name of the file, without its suffix
     */
    public static String command(String name, String setting) {
        return "mkdir -p %s && printf '[Service]\\n%s\\n' >%s/%s.conf && systemctl daemon-reload && systemctl restart chatd"
                .formatted(DIRECTORY, setting, DIRECTORY, name);
    }
}
