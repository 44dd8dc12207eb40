package chatd.acceptance.admin;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.LocalDaemon;
import chatd.acceptance.kit.Page;
import chatd.acceptance.kit.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The administrator's two pages: each command, run as it is written there, prints what the page shows. */
@Tag("processes")
public class AdminPagesIT {
    public static final List<String> PUPILS = List.of("name,note", "mia.keller,class 4b", "王芳,\"class 4b, new\"");

    /**
     * The invalid configuration of the page {@code chat-admin.md}, with two mistakes;
     * {@link #GROUP_MESSAGES} is that page's group.
     */
    public static final List<String> INVALID_CONFIG = List.of("[limits]", "txt = \"64 KiB\"", "replay = \"many\"");

    public static final List<String> GROUP_MESSAGES = List.of(
            "'type': 23, 'info': {'op': 'create', 'name': 'Ops', 'members': ['carol', 'daniel']}",
            GroupTestBase.op("set", "G1", "'topic': 'Who is on call'"),
            GroupTestBase.text("G1", "We meet at ten"));

    public static final String INSULT = GroupTestBase.text("G1", "Fools, all of you");

    /** The lists of the page {@code administration.md}. */
    public static final Map<String, String> CLASSES = Map.of(
            "class-4b.csv",
            "name,note\nmia.keller,4b\nnoah.weber,4b\n王芳,\"4b, speaks Mandarin\"\n4711,4b\n",
            "class-5b.csv",
            "name,note\nmia.keller,5b\n王芳,5b\nlea.frei,5b\nben.huber,\"5b, new\"\n");

    @TempDir
    private Path directory;

    private static Page page(String name, Path directory, Chatd chatd) throws IOException {
        Page page = new Page(name, directory, chatd);
        Files.write(directory.resolve("pupils.csv"), PUPILS);
        return page;
    }

    @Test
    void everyCommandOfTheReferencePrintsWhatThePageShows() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start();
                JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "")) {
            Page page = page("chat-admin.md", directory, chatd);
            Files.write(directory.resolve("wrong.toml"), INVALID_CONFIG);
            assertThat(page.steps()).hasSizeGreaterThan(70);
            for (Page.Step step : page.steps()) {
                if (step.command().equals("chat-admin group list")) {
                    insult(chatd);
                }
                page.run(step);
            }
            alice.untilClosed();
        }
    }

    /** Makes a group, in which daniel writes what alice reports. */
    private static void insult(Chatd chatd) {
        try (JsonSocket alice = chatd.logInJson(JsonCarrier.LINES, chatd.alice(), "");
                JsonSocket daniel =
                        chatd.logInJson(JsonCarrier.LINES, new Chatd.Person("daniel", "first-day-only-5"), "")) {
            GROUP_MESSAGES.forEach(message -> GroupTestBase.perform(alice, message));
            GroupTestBase.perform(alice, report(Long.toString(GroupTestBase.perform(daniel, INSULT))));
        }
    }

    /** Returns the message by which alice reports this one. */
    public static String report(String insult) {
        return "'type': 36, 'info': {'mid': %s, 'text': 'he insults us'}".formatted(insult);
    }

    @Test
    void theSchoolsFirstDayWorksAsDescribed() throws Exception {
        try (LocalDaemon chatd = LocalDaemon.start("CHATD_REGISTRATION_MODE", "closed")) {
            Page page = page("administration.md", directory, chatd);
            for (Map.Entry<String, String> list : CLASSES.entrySet()) {
                Files.writeString(directory.resolve(list.getKey()), list.getValue());
            }
            assertThat(page.steps()).hasSizeGreaterThan(35);
            List<Chat1Socket> online = new ArrayList<>();
            for (Page.Step step : page.steps()) {
                page.run(step);
                if (step.command().contains("user reset noah")) {
                    mistype(chatd, "王芳");
                } else if (step.command().contains("user rename lea")) {
                    online.add(chatd.logIn(new Chatd.Person(
                            "mia.keller",
                            Files.readString(directory.resolve("own")).strip())));
                }
            }
            assertThat(online.getFirst().untilClosed()).isNotEmpty();
        }
    }

    private static void mistype(Chatd chatd, String name) {
        try (Chat1Socket socket = chatd.connect()) {
            for (int i = 0; i < 4; i++) {
                socket.send(Wire.logIn(name, "wrong-password-" + i));
                assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            }
        }
    }
}
