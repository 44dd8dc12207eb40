package chatd.doctor.finding;

import java.nio.file.Path;
import java.util.Locale;

/** What is checked, and why it matters (page {@code operations/doctor.md}). */
public enum Topic {
    CONFIGURATION("A daemon does not start with an invalid configuration, and does not reload one."),
    CONFIGURATION_IN_FORCE("What is in the file and not in force surprises whoever restarts the daemon."),
    SERVICE("Nobody can connect while the daemon does not run."),
    SERVICE_BOOT("A daemon that is not enabled is gone after the machine's next start."),
    SERVICE_RESTARTS("A daemon that systemd has to start again breaks everybody's connections each time."),
    SERVICE_ATTENTION("The running daemon itself says that somebody should see to it."),
    FILES("The daemon's user must be able to read and write what the configuration names; the next start fails"
            + " otherwise."),
    CERTIFICATE("Without a certificate and its key, the next start fails."),
    CERTIFICATE_KEY("Whoever has the key can pretend to be this server."),
    CERTIFICATE_END("Clients refuse a certificate that is not valid at the time: nobody can connect."),
    CERTIFICATE_CHAIN("Clients that can't verify a certificate ask their users, and teach them to say yes."),
    CERTIFICATE_IN_FORCE("What the daemon presents is what counts, not what is in the file."),
    NETWORK_LISTENING("People connect to the machine's addresses, from outside."),
    NETWORK_NAMES("People type a name of the certificate; it must lead here, in IPv6 and IPv4."),
    NETWORK_PROXIES("A proxy that does not say whose connection it passes on hides everybody's address, from the limits"
            + " and from the log."),
    DATABASE("Without its database the daemon serves nobody."),
    DATABASE_VERSION("The daemon is tested with MariaDB 10.11 and newer, and with nothing else."),
    DATABASE_SETTINGS("With these settings MariaDB loses what was acknowledged, or refuses what the daemon writes."),
    DATABASE_PRIVILEGES("The daemon migrates its schema, and needs all privileges there; others are of use to intruders"
            + " alone."),
    DATABASE_SIZE("A database that grows needs room, on its disk and in backups."),
    SCHEMA("A daemon does not start on a schema that is newer than it, or half migrated."),
    DISK("On a full disk nothing can be sent, and nobody can log in."),
    CLOCK("What happens has the clock's time in the log, and the log's time never goes back."),
    CLOCK_DATABASE("Messages and log would disagree about when something happened."),
    CLOCK_LOG("If the log's last time is ahead, all events have that time until it comes."),
    LIMITS_FILES("Each connection is an open file; a daemon that has no more refuses everybody."),
    LIMITS_MEMORY("If the heap does not fit into the memory, the machine swaps, or ends the daemon or the database."),
    LIMITS_JAVA("Options of Java can make the daemon slow, or write people's messages to disk."),
    LOG("A log that is not as it was written proves nothing."),
    LOG_SEAL("What is not sealed can be changed by whoever has the machine."),
    LOG_FORWARDING("What another machine has can't be taken from the log unnoticed."),
    INDEX("Without the index users find nothing of what was said."),
    CONTENTS("Contents of files that nothing refers to take room."),
    BACKUP("Without a backup, what is on this machine is lost with it."),
    BACKUP_PLACE("A backup on the disk of what it backs up is lost with it.");

    private final String why;

    Topic(String why) {
        this.why = why;
    }

    /** Returns the check's name, such as {@code certificate.end}. */
    public String check() {
        int dot = name().indexOf('_');
        String lower = name().toLowerCase(Locale.ROOT).replace('_', '-');
        return dot < 0 ? lower : lower.substring(0, dot) + "." + lower.substring(dot + 1);
    }

    public String why() {
        return why;
    }

    public Finding ok(String found) {
        return new Finding(check(), Verdict.OK, found, why, "", "");
    }

    public Finding advice(String found, String remedy, String command) {
        return new Finding(check(), Verdict.ADVICE, found, why, remedy, command);
    }

    public Finding wrong(String found, String remedy, String command) {
        return new Finding(check(), Verdict.WRONG, found, why, remedy, command);
    }

    /** Reports that whoever runs this program may not look at a file or directory. */
    public Finding hidden(Path file) {
        return unknown("You may not read " + file + ".", "Run it as root.");
    }

    /** Reports that it could not be looked at. */
    public Finding unknown(String found, String remedy) {
        return new Finding(check(), Verdict.UNKNOWN, found, why, remedy, "");
    }
}
