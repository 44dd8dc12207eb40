package chatd.doctor.check;

import java.util.List;

/** All checks, in the order in which they are reported: what keeps the others from succeeding comes first. */
public final class Checks {
    private Checks() {}

    public static List<Check> all() {
        return List.of(
                new ServiceCheck(),
                new ConfigurationCheck(),
                new FilesCheck(),
                new DatabaseCheck(),
                new CertificateCheck(),
                new NetworkCheck(),
                new DiskCheck(),
                new LimitsCheck(),
                new ClockCheck(),
                new LogCheck(),
                new ForwardingCheck(),
                new StoredCheck(),
                new BackupCheck());
    }
}
