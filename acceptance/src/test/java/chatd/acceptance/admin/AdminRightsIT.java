package chatd.acceptance.admin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.ProcessResult;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Who may do what, as the kernel enforces it: the packaged program run by users of each group. Users and groups are
 * numbers that nobody has; becoming them requires root.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("processes")
class AdminRightsIT {
    private static final String ADMINISTRATORS = "64001";
    private static final String HELPERS = "64002";
    private static final String AUDITORS = "64003";
    private static final String MODERATORS = "64004";

    /** A group without any permission. */
    private static final String OTHERS = "64100";

    private static final String A = ADMINISTRATORS;
    private static final String H = HELPERS;
    private static final String L = AUDITORS;
    private static final String M = MODERATORS;

    /** Each command, and the groups that may give it. An unknown name is refused later, not for lack of permission. */
    private static final Map<String, List<String>> COMMANDS = Map.ofEntries(
            Map.entry("user list", List.of(A, H, M, L)),
            Map.entry("user show alice", List.of(A, H, M, L)),
            Map.entry("user add server", List.of(A, H)),
            Map.entry("user reset nobody", List.of(A, H)),
            Map.entry("user unlock bob", List.of(A, H)),
            Map.entry("user disable nobody", List.of(A)),
            Map.entry("user enable nobody", List.of(A)),
            Map.entry("user rename nobody someone", List.of(A)),
            Map.entry("user note nobody x", List.of(A)),
            Map.entry("user grant nobody everyone", List.of(A)),
            Map.entry("user revoke nobody everyone", List.of(A)),
            Map.entry("user delete nobody --yes", List.of(A)),
            Map.entry("user erase nobody --yes", List.of(A)),
            Map.entry("user import LIST --dry-run", List.of(A)),
            Map.entry("session list", List.of(A, H, M, L)),
            Map.entry("session kick nobody", List.of(A, H)),
            Map.entry("broadcast hello", List.of(A)),
            Map.entry("user mute nobody --for 1h", List.of(A, M)),
            Map.entry("user unmute nobody", List.of(A, M)),
            Map.entry("user remove-picture nobody", List.of(A, M)),
            Map.entry("group remove-picture G999999", List.of(A, M)),
            Map.entry("group list", List.of(A, M, L)),
            Map.entry("group show G999999", List.of(A, M, L)),
            Map.entry("group close G999999 --yes", List.of(A, M)),
            Map.entry("group owner G999999 nobody", List.of(A)),
            Map.entry("group add G999999 nobody", List.of(A)),
            Map.entry("group set G999999 --retention 90d", List.of(A)),
            Map.entry("retention show", List.of(A, M, L)),
            Map.entry("retention run --dry-run", List.of(A)),
            Map.entry("hold add nobody --until 2999-01-01 --why x", List.of(A)),
            Map.entry("hold list", List.of(A, L)),
            Map.entry("hold remove H999999", List.of(A)),
            Map.entry("group remove G999999 nobody", List.of(A, M)),
            Map.entry("message show 999999", List.of(A, M)),
            Map.entry("message remove 999999 --yes", List.of(A, M)),
            Map.entry("report list", List.of(A, M)),
            Map.entry("report show 999999", List.of(A, M)),
            Map.entry("report note 999999 x", List.of(A, M)),
            Map.entry("report close 999999", List.of(A, M)),
            Map.entry("stats", List.of(A, H, M, L)),
            Map.entry("config show", List.of(A, H, M, L)),
            Map.entry("config check", List.of(A)),
            Map.entry("config reload", List.of(A)),
            Map.entry("cert show", List.of(A, H, M, L)),
            Map.entry("log tail", List.of(A, L)),
            Map.entry("log follow --once COPY", List.of(A, L)),
            Map.entry("log query --type start", List.of(A, L)),
            Map.entry("log publish", List.of(A, L)),
            Map.entry("log key", List.of(A, L)),
            Map.entry("log anchor", List.of(A, L)),
            Map.entry("log rotate", List.of(A)),
            Map.entry("log key --change", List.of(A)));

    private Path place = Path.of("/nonexistent");
    private Chatd chatd;

    @BeforeAll
    void start() throws IOException {
        assumeTrue(
                ProcessResult.program(List.of("id", "-u")).out().strip().equals("0"),
                "becoming other users takes root");
        place = Files.createTempDirectory("ar");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        copy(ProcessResult.ROOT.resolve("admin-cli/target/chat-admin.jar"), place.resolve("chat-admin.jar"));
        try (var libraries = Files.list(ProcessResult.ROOT.resolve("admin-cli/target/lib"))) {
            Files.createDirectory(place.resolve("lib"));
            for (Path library : libraries.toList()) {
                copy(library, place.resolve("lib").resolve(library.getFileName()));
            }
        }
        Files.writeString(place.resolve("list.csv"), "alice\n");
        for (Class<?> each : List.of(AdminCommands.class, ProcessResult.class)) {
            String file = each.getName().replace('.', '/') + ".class";
            Files.createDirectories(place.resolve(file).resolveSibling("."));
            try (InputStream compiled = requireNonNull(each.getClassLoader().getResourceAsStream(file))) {
                Files.copy(compiled, place.resolve(file));
            }
        }
        chatd = LocalDaemon.start(
                "CHATD_ADMIN_ADMINISTRATORS",
                ADMINISTRATORS,
                "CHATD_ADMIN_HELPERS",
                HELPERS,
                "CHATD_ADMIN_AUDITORS",
                AUDITORS,
                "CHATD_ADMIN_MODERATORS",
                MODERATORS);
        // Otherwise only the daemon's user may enter its directory.
        Files.setPosixFilePermissions(chatd.directory, PosixFilePermissions.fromString("rwx--x--x"));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rw-r--r--"));
    }

    @AfterAll
    void stop() throws IOException {
        if (chatd != null) {
            chatd.close();
            Wire.deleteTree(place);
        }
    }

    /** Runs a command as a user with a primary group and, if any are given, supplementary groups. */
    private ProcessResult as(int user, String group, String more, String command) {
        var line = new ArrayList<>(List.of("setpriv", "--reuid", Integer.toString(user), "--regid", group));
        line.addAll(more.isEmpty() ? List.of("--clear-groups") : List.of("--groups", more));
        line.addAll(
                List.of("env", "-i", System.getProperty("java.home") + "/bin/java", "-XX:TieredStopAtLevel=1", "-jar"));
        line.addAll(List.of(place.resolve("chat-admin.jar").toString(), "--socket", chatd.directory.toString()));
        line.addAll(List.of(
                command.replace("LIST", place.resolve("list.csv").toString()).split(" ", -1)));
        return ProcessResult.program(line);
    }

    /** Runs all commands in one process, as a user with one supplementary group. */
    private List<ProcessResult> asOneAfterTheOther(int user, String group, Stream<String> commands) throws IOException {
        Path copy = Files.createDirectories(place.resolve("copy" + user));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> line = List.of(
                "setpriv",
                "--reuid",
                Integer.toString(user),
                "--regid",
                OTHERS,
                "--groups",
                group,
                "env",
                "-i",
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                place + ":" + place.resolve("chat-admin.jar"),
                AdminCommands.class.getName(),
                "--socket",
                chatd.directory.toString());
        String input = commands.map(command -> command.replace(
                                "LIST", place.resolve("list.csv").toString())
                        .replace("COPY", copy.toString()))
                .collect(Collectors.joining("\n"));
        return AdminCommands.results(ProcessResult.program(input, line).exits(0).out());
    }

    private List<AuditReader.Entry> logged(String user) throws Exception {
        chatd.admin("", "log", "publish").exits(0);
        return new AuditReader(chatd.auditLog())
                .all().stream()
                        .filter(entry -> entry.get("type").equals("admin")
                                && entry.get("by").equals(user))
                        .toList();
    }

    /** Each group as the only supplementary one; a refused command names the groups it needs, and is logged. */
    @Test
    void everyCommandIsRestrictedToItsGroups() throws Exception {
        int user = 64_200;
        for (String group : List.of(ADMINISTRATORS, HELPERS, MODERATORS, AUDITORS)) {
            user++;
            int refused = 0;
            List<Map.Entry<String, List<String>>> commands = List.copyOf(COMMANDS.entrySet());
            List<ProcessResult> runs =
                    asOneAfterTheOther(user, group, commands.stream().map(Map.Entry::getKey));
            assertThat(runs).hasSameSizeAs(commands);
            for (int i = 0; i < runs.size(); i++) {
                Map.Entry<String, List<String>> each = commands.get(i);
                ProcessResult run = runs.get(i);
                String what = group + " " + each.getKey() + ": " + run;
                if (each.getValue().contains(group)) {
                    assertThat(run.exit()).as(what).isNotIn(2, 69);
                    assertThat(run.err()).as(what).doesNotContain("needs 64");
                } else {
                    refused++;
                    assertThat(run.exit()).as(what).isEqualTo(3);
                    assertThat(run.err())
                            .as(what)
                            .contains("needs " + String.join(" or ", each.getValue()))
                            .contains("you are connected as " + group);
                }
            }
            List<AuditReader.Entry> entries = logged(Integer.toString(user));
            List<AuditReader.Entry> ends = entries.stream()
                    .filter(entry -> entry.line().contains("<argument name=\"ended\""))
                    .toList();
            // A command that keeps running is logged when it begins and when it ends.
            assertThat(ends)
                    .extracting(entry -> entry.get("command"))
                    .containsExactlyInAnyOrder(
                            group.equals(HELPERS) || group.equals(MODERATORS)
                                    ? new String[0]
                                    : new String[] {"log tail", "log follow"});
            assertThat(entries.size() - ends.size())
                    .as("commands logged for %s", group)
                    .isEqualTo(COMMANDS.size());
            assertThat(entries.stream().filter(entry -> entry.get("reason").equals("not-allowed")))
                    .as("commands refused to %s", group)
                    .hasSize(refused);
        }
    }

    @Test
    void onlyAdministratorsMayBackUp() throws Exception {
        for (String group : List.of(HELPERS, MODERATORS, AUDITORS)) {
            assertThat(as(64_220, OTHERS, group, "backup " + place.resolve("backup"))
                            .exits(3)
                            .err())
                    .contains("needs " + ADMINISTRATORS);
        }
        // An administrator reads and writes as the Unix user that he is.
        assertThat(as(64_220, OTHERS, ADMINISTRATORS, "backup " + place.resolve("backup"))
                        .exits(1)
                        .err())
                .contains("You may not read or write " + place);
        assertThat(logged("64220").stream().filter(entry -> entry.get("command").equals("backup begin")))
                .extracting(entry -> entry.get("command") + " " + entry.get("outcome"))
                // Refusals of one user are one event, within ten seconds.
                .startsWith("backup begin refused")
                .endsWith("backup begin ok")
                .containsOnlyOnce("backup begin ok");
        assertThat(place.resolve("backup")).doesNotExist();
    }

    @Test
    void onlyAdministratorsMayExportWhatAUserHas() throws Exception {
        String export = "user export alice --to " + place.resolve("alice.zip");
        for (String group : List.of(HELPERS, MODERATORS, AUDITORS)) {
            assertThat(as(64_221, OTHERS, group, export).exits(3).err()).contains("needs " + ADMINISTRATORS);
        }
        // An administrator reads the database as the Unix user that he is.
        assertThat(as(64_221, OTHERS, ADMINISTRATORS, export).exits(1).err()).contains("database can't be reached");
        assertThat(logged("64221").stream().filter(entry -> entry.get("command").equals("user export")))
                .extracting(entry -> entry.get("outcome"))
                .startsWith("refused")
                .endsWith("ok")
                .containsOnlyOnce("ok");
        assertThat(place.resolve("alice.zip")).doesNotExist();
    }

    @Test
    void thePrimaryGroupCountsToo() {
        as(64_210, HELPERS, "", "user list").exits(0);
    }

    @Test
    void aUserInTwoGroupsMayDoWhatEitherMay() {
        as(64_211, OTHERS, HELPERS + "," + AUDITORS, "log tail").exits(0);
        as(64_211, OTHERS, HELPERS + "," + AUDITORS, "group list").exits(0);
        as(64_211, OTHERS, HELPERS + "," + AUDITORS, "user unlock bob").exits(0);
        as(64_211, OTHERS, HELPERS + "," + MODERATORS, "user unlock bob").exits(0);
        as(64_211, OTHERS, HELPERS + "," + MODERATORS, "report list").exits(0);
        as(64_211, OTHERS, HELPERS + "," + MODERATORS, "user unmute bob").exits(0);
    }

    @Test
    void aUserInNoGroupIsRefusedAndToldWhichGroupsMay() throws Exception {
        ProcessResult run = as(64_212, OTHERS, "", "user list").exits(3);
        assertThat(run.err())
                .contains(
                        "Permission denied", "admin.sock", "help.sock", "moderate.sock", "audit.sock", "group", "sudo");
        assertThat(logged("64212")).isEmpty();
    }

    @Test
    void rootIsLoggedWithItsSudoUserAndOthersAreNot() throws Exception {
        String name = Chatd.newName();
        ProcessResult.chat(
                        "",
                        Map.of("SUDO_USER", "heidi"),
                        "admin",
                        "--socket",
                        chatd.directory.toString(),
                        "user",
                        "add",
                        name)
                .exits(0);
        assertThat(logged("root"))
                .anyMatch(entry ->
                        entry.get("claimed").equals("heidi") && entry.line().contains(name));
        var line = new ArrayList<>(List.of("setpriv", "--reuid", "64213", "--regid", HELPERS, "--clear-groups"));
        line.addAll(List.of("env", "-i", "SUDO_USER=heidi", System.getProperty("java.home") + "/bin/java", "-jar"));
        line.addAll(List.of(
                place.resolve("chat-admin.jar").toString(), "--socket", chatd.directory.toString(), "user", "list"));
        ProcessResult.program(line).exits(0);
        assertThat(logged("64213"))
                .isNotEmpty()
                .allMatch(entry -> entry.get("claimed").isEmpty());
    }

    /** All of them may write the file here, but only administrators may have it applied. */
    @Test
    void theConfigurationIsChangedByAdministratorsAlone() throws IOException {
        Path file = chatd.directory.resolve("chatd.toml");
        String before = Files.readString(file);
        Files.setPosixFilePermissions(chatd.directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        try {
            for (String group : List.of(HELPERS, MODERATORS, AUDITORS)) {
                assertThat(as(64_214, group, "", "config set limits.replay 7")
                                .exits(3)
                                .err())
                        .contains("needs " + ADMINISTRATORS);
            }
            // The new file would belong to them, and the daemon might be unable to read it.
            assertThat(as(64_215, ADMINISTRATORS, "", "config set limits.replay 7")
                            .exits(3)
                            .err())
                    .contains("You may not change " + file, "sudo");
            assertThat(file).content().isEqualTo(before);
        } finally {
            Files.setPosixFilePermissions(chatd.directory, PosixFilePermissions.fromString("rwx--x--x"));
        }
        assertThat(as(64_215, ADMINISTRATORS, "", "config set limits.replay 7")
                        .exits(3)
                        .err())
                .contains("You may not change " + file, "sudo");
    }
}
