package chatd.admin.system;

/** Completes the options of the configuration. */
final class OptionNames extends AskedNames {
    OptionNames() {
        super("@options@", "config show --names");
    }
}
