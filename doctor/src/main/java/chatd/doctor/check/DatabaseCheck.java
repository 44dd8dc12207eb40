package chatd.doctor.check;

import chatd.backup.machine.ServiceUnit;
import chatd.daemon.config.Config;
import chatd.doctor.finding.Finding;
import chatd.doctor.finding.Topic;
import chatd.doctor.machine.Query;
import chatd.doctor.machine.Subject;
import chatd.sql.Migrations;
import chatd.text.Size;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Checks the database: whether it answers, its version, its settings, the daemon's privileges there, the schema. */
final class DatabaseCheck implements Check {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*MariaDB.*");
    private static final int MAJOR = 10;
    private static final int MINOR = 11;

    /** What MariaDB must be able to take in one packet: a batch of messages. */
    private static final long PACKET = 16 << 20;

    /** Connections that the daemon has besides its pool, and others need. */
    private static final int OTHER_CONNECTIONS = 10;

    private static final Path PROGRAM = Path.of("/usr/sbin/mariadbd");
    private static final String MAKE = "chatd-setup";

    /** A setting, what it must be, and what is lost otherwise. */
    private record Needed(String variable, String value, String otherwise) {}

    private static final List<Needed> NEEDED = List.of(
            new Needed(
                    "innodb_flush_log_at_trx_commit",
                    "1",
                    "messages that were acknowledged are gone after a loss of power"),
            new Needed("innodb_doublewrite", "ON", "a page that is half written at a loss of power is lost"),
            new Needed("innodb_force_recovery", "0", "MariaDB is in recovery, and does not write"),
            new Needed("read_only", "OFF", "nothing can be written"));

    @Override
    public Topic topic() {
        return Topic.DATABASE;
    }

    @Override
    public List<Finding> look(Subject subject) throws IOException {
        if (subject.database().isEmpty()) {
            return List.of(away(subject));
        }
        List<Finding> found = new ArrayList<>();
        try (Query database = new Query(subject.database().get())) {
            String version = database.strings("select version()").getFirst();
            found.add(topic().ok("It answers" + place(subject.config().database()) + "."));
            found.add(version(version));
            found.add(settings(database, subject.config().database()));
            found.add(privileges(database, subject.config().database()));
            found.add(schema(database));
        }
        return found;
    }

    private static String place(Config.Database config) {
        return config.socket().map(socket -> " at " + socket).orElse(" on " + config.host() + ":" + config.port());
    }

    private Finding away(Subject subject) throws IOException {
        String why = subject.databaseFailure();
        String found = why.substring(0, 1).toUpperCase(Locale.ROOT) + why.substring(1) + ".";
        Path socket = subject.config().database().socket().orElse(null);
        String self = Subject.me();
        if ((socket == null || Files.exists(socket)) && !self.equals("root") && !self.equals(subject.user())) {
            // MariaDB, or the file with the password, lets in only them.
            return topic().unknown(found, "Run it as root.");
        }
        if (socket == null) {
            return topic().wrong(found, "See to that server, and to the network between: operations/database.md.", "");
        }
        if (Files.exists(socket)) {
            return topic().wrong(found, "Create the database and its user; existing data is kept.", MAKE);
        }
        ServiceUnit mariadb = ServiceUnit.read("mariadb.service");
        if (!mariadb.isLoaded() && Files.exists(PROGRAM)) {
            return topic().wrong(found + " MariaDB is installed, and does not run.", "Start it.", "");
        }
        return mariadb.isLoaded()
                ? topic().wrong(
                                found + " MariaDB does not run: mariadb.service is " + mariadb.get("ActiveState") + ".",
                                "Start it; if it ends again, `journalctl -u mariadb` says why.",
                                "systemctl start mariadb")
                : topic().wrong(
                                found + " There is no MariaDB on this machine.",
                                "Install one, or name that of another machine: operations/database.md.",
                                "apt install mariadb-server && chatd-setup");
    }

    private static Finding version(String version) {
        Matcher found = VERSION.matcher(version);
        boolean isEnough = found.matches()
                && (Integer.parseInt(found.group(1)) > MAJOR
                        || (Integer.parseInt(found.group(1)) == MAJOR && Integer.parseInt(found.group(2)) >= MINOR));
        return isEnough
                ? Topic.DATABASE_VERSION.ok("It is " + version + ".")
                : Topic.DATABASE_VERSION.wrong(
                        "It is " + version + ".", "Install MariaDB " + MAJOR + "." + MINOR + " or newer.", "");
    }

    private static Finding settings(Query database, Config.Database config) throws IOException {
        Map<String, String> settings = database.pairs("show global variables where variable_name in"
                + " ('innodb_flush_log_at_trx_commit', 'innodb_doublewrite', 'innodb_force_recovery', 'read_only',"
                + " 'max_allowed_packet', 'max_connections')");
        List<String> wrong = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        for (Needed needed : NEEDED) {
            String value = settings.getOrDefault(needed.variable(), needed.value());
            if (!value.equals(needed.value())) {
                wrong.add("%s is %s: %s".formatted(needed.variable(), value, needed.otherwise()));
                commands.add("set global %s = %s".formatted(needed.variable(), needed.value()));
            }
        }
        long packet = Long.parseLong(settings.getOrDefault("max_allowed_packet", Long.toString(PACKET)));
        if (packet < PACKET) {
            wrong.add("max_allowed_packet is " + packet + ": many messages at once, and large files, are refused");
            commands.add("set global max_allowed_packet = " + PACKET);
        }
        long connections = Long.parseLong(settings.getOrDefault("max_connections", "151"));
        long needed = config.pool() + (long) OTHER_CONNECTIONS;
        if (connections < needed) {
            wrong.add("max_connections is " + connections + ": the daemon alone may have " + needed);
            commands.add("set global max_connections = " + Math.max(needed, 151));
        }
        boolean isLocal = config.socket().isPresent();
        return wrong.isEmpty()
                ? Topic.DATABASE_SETTINGS.ok("None of its settings loses anything.")
                : Topic.DATABASE_SETTINGS.wrong(
                        String.join("; ", wrong) + ".",
                        "Set it now, and correct it in MariaDB's files (/etc/mysql), so that it stays; one that can't be set"
                                + " while MariaDB runs needs its restart.",
                        isLocal ? "mariadb -e '" + String.join("; ", commands) + "'" : "");
    }

    private static Finding privileges(Query database, Config.Database config) throws IOException {
        boolean isItself = database.strings("select substring_index(user(), '@', 1)")
                .getFirst()
                .equals(config.user());
        List<String> grants = new ArrayList<>();
        if (isItself) {
            grants.addAll(database.strings("show grants"));
        } else {
            for (String host : database.strings("select host from mysql.user where user = ?", config.user())) {
                grants.addAll(database.strings("show grants for ?@?", config.user(), host));
            }
            if (grants.isEmpty()) {
                return Topic.DATABASE_PRIVILEGES.wrong(
                        "The database has no user " + config.user() + ".", "Create it; existing data is kept.", MAKE);
            }
        }
        String schema = config.name().replace("_", "\\_");
        boolean hasAll = grants.stream()
                .anyMatch(grant -> grant.startsWith("GRANT ALL PRIVILEGES ON `" + config.name() + "`.*")
                        || grant.startsWith("GRANT ALL PRIVILEGES ON `" + schema + "`.*")
                        || grant.startsWith("GRANT ALL PRIVILEGES ON *.*"));
        if (!hasAll) {
            return Topic.DATABASE_PRIVILEGES.wrong(
                    "The user " + config.user() + " does not have all privileges on the schema " + config.name() + ".",
                    "Grant them; existing data is kept.",
                    MAKE);
        }
        String others = grants.stream()
                .filter(grant -> grant.contains(" ON *.*") && !grant.startsWith("GRANT USAGE ON"))
                .map(grant -> grant.replaceFirst("(?s) TO .*", "").replaceFirst("^GRANT ", ""))
                .collect(Collectors.joining("; "));
        return others.isEmpty()
                ? Topic.DATABASE_PRIVILEGES.ok("The user " + config.user() + " has all privileges on the schema "
                        + config.name() + ", and none elsewhere.")
                : Topic.DATABASE_PRIVILEGES.advice(
                        "The user " + config.user() + " has more than it needs: " + others + ".",
                        "Take them away: revoke all on *.*, then grant those on the schema again (chatd-setup).",
                        "");
    }

    private static Finding schema(Query database) throws IOException {
        try {
            if (Migrations.isCurrent(database.connection())) {
                return Topic.SCHEMA.ok("It has version " + Migrations.version() + ", that of this program.");
            }
        } catch (SQLException e) {
            throw new IOException("the schema can't be read: " + e.getMessage(), e);
        }
        List<String> tables = database.strings(
                "select table_name from information_schema.tables where table_schema = database() and table_name ="
                        + " 'schema_version'");
        if (tables.isEmpty()) {
            return Topic.SCHEMA.ok("It is empty: the daemon creates its tables at its first start.");
        }
        if (database.number("select count(*) from schema_version where success = 0")
                        .orElse(0L)
                > 0) {
            return Topic.SCHEMA.wrong(
                    "A migration was interrupted half way.",
                    "Restore the backup from before the upgrade, then start again: operations/backup.md.",
                    "chat-admin backup list");
        }
        String version = database.strings("select version from schema_version order by installed_rank desc limit 1")
                .getFirst();
        return Integer.parseInt(version) > Integer.parseInt(Migrations.version())
                ? Topic.SCHEMA.wrong(
                        "It has version " + version + ", newer than this program, which has " + Migrations.version()
                                + ".",
                        "Install the version of chatd that made it, or a later one.",
                        "apt install chatd")
                : Topic.SCHEMA.advice(
                        "It has version " + version + ", this program " + Migrations.version()
                                + ": the next start migrates it.",
                        "Make a backup before.",
                        "chat-admin backup");
    }

    /** Describes the size of the schema, and how fast it grows. */
    static Finding size(long bytes, double perDay) {
        return Topic.DATABASE_SIZE.ok("It takes " + Size.of(bytes)
                + "; by the messages of the last 30 days it grows by " + Size.of((long) perDay) + " a day.");
    }
}
