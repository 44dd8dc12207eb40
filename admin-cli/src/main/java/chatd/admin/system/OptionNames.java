package chatd.admin.system;

/** Completes the options of the configuration. */
final class OptionNames extends DynamicNames {
    OptionNames() {
        super("@options@", "config show --names");
    }
}
