package chatd.acceptance.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.Frame;
import chatd.acceptance.kit.SharedChatd;
import chatd.acceptance.kit.Wire;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rules 1, 3 and 4: what a login announces, to whom, and in which order. */
@ExtendWith(SharedChatd.class)
class RulesLoginIT {

    private final Chatd chatd;

    RulesLoginIT(Chatd chatd) {
        this.chatd = chatd;
    }

    @Test
    void firstLoginSaysNeverAndListsEveryoneAndGivesEmptySettings() {
        Chatd.Person other = chatd.person();
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(person.name(), person.password()));
            Frame answer = socket.next();
            assertThat(answer.code()).isEqualTo(Wire.LOGGED_IN);
            assertThat(answer.lastLogin()).isEqualTo(Wire.NEVER);
            assertThat(answer.users())
                    .containsEntry(person.name(), true)
                    .containsEntry(other.name(), false)
                    .containsEntry("alice", false)
                    .containsEntry("bob", false);
            Frame settings = socket.next();
            assertThat(settings.code()).isEqualTo(Wire.SETTINGS);
            assertThat(settings.body()).isEmpty();
        }
    }

    @Test
    void lastLoginIsThePreviousOneInUtc() {
        Chatd.Person person = chatd.person();
        Instant before = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        chatd.logIn(person).close();
        Instant after = Instant.now();
        for (int i = 0; i < 2; i++) {
            try (Chat1Socket socket = chatd.connect()) {
                Instant last = LocalDateTime.parse(
                                socket.logIn(person).lastLogin(), DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss"))
                        .toInstant(ZoneOffset.UTC);
                assertThat(last).isAfterOrEqualTo(before).isBeforeOrEqualTo(i == 0 ? after : Instant.now());
            }
        }
    }

    @Test
    void wrongPasswordAndUnknownUserAreToldApart() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.logIn(person.name(), "not-the-password"));
            assertThat(socket.next().code()).isEqualTo(Wire.WRONG_PASSWORD);
            socket.send(Wire.logIn(Chatd.newName(), person.password()));
            assertThat(socket.next().code()).isEqualTo(Wire.NO_SUCH_USER);
            socket.logIn(person);
        }
    }

    @Test
    void othersSeeAUserComeAndGo() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket watcher = chatd.newcomer()) {
            Chat1Socket socket = chatd.logIn(person);
            watcher.expectPresence(Wire.ONLINE, person.name());
            socket.close();
            watcher.expectPresence(Wire.OFFLINE, person.name());
        }
    }

    @Test
    void registeredAccountIsAnnouncedAsOfflineAndMayLogInNext() {
        var person = new Chatd.Person(Chatd.newName(), Chatd.PASSWORD);
        try (Chat1Socket watcher = chatd.newcomer();
                Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.register(person.name(), person.password()));
            Frame answer = socket.next();
            assertThat(answer.code()).isEqualTo(Wire.LOGGED_IN);
            assertThat(answer.body()).isEmpty();
            watcher.expectPresence(Wire.OFFLINE, person.name());
            socket.logIn(person);
            watcher.expectPresence(Wire.ONLINE, person.name());
        }
    }

    @Test
    void addedAccountIsAnnouncedAsOffline() {
        String name = Chatd.newName();
        try (Chat1Socket watcher = chatd.newcomer()) {
            chatd.admin("", "user", "add", name).exits(0);
            watcher.expectPresence(Wire.OFFLINE, name);
        }
    }

    @Test
    void registeringDoesNotLogIn() {
        try (Chat1Socket socket = chatd.connect()) {
            socket.send(Wire.register(Chatd.newName(), Chatd.PASSWORD), Wire.textToAll("not yet"));
            assertThat(socket.next().code()).isEqualTo(Wire.LOGGED_IN);
            socket.expectClosed();
        }
    }

    @Test
    void secondLoginDisplacesTheFirst() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket watcher = chatd.newcomer();
                Chat1Socket first = chatd.logIn(person)) {
            watcher.expectPresence(Wire.ONLINE, person.name());
            try (Chat1Socket second = chatd.connect()) {
                assertThat(second.logIn(person).code()).isEqualTo(Wire.LOGGED_IN_DISPLACING);
                first.expectPresence(Wire.OFFLINE, person.name());
                first.expectClosed();
                assertThat(watcher.fence()).noneMatch(f -> f.name().equals(person.name()));
                watcher.send(Wire.text("still there", person.name()));
                second.expectText(watcher.name(), "still there");
            }
            watcher.expectPresence(Wire.OFFLINE, person.name());
        }
    }

    @Test
    void resetEndsTheSessionAndSaysWhy() {
        Chatd.Person person = chatd.person();
        try (Chat1Socket watcher = chatd.newcomer();
                Chat1Socket socket = chatd.logIn(person)) {
            watcher.expectPresence(Wire.ONLINE, person.name());
            chatd.admin("", "user", "reset", person.name()).exits(0);
            socket.expectServerText();
            socket.expectPresence(Wire.OFFLINE, person.name());
            socket.expectClosed();
            watcher.expectPresence(Wire.OFFLINE, person.name());
        }
    }

    @Test
    void userListAndPresenceFormOneSequence() throws Exception {
        List<Chatd.Person> people = List.of(chatd.person(), chatd.person(), chatd.person());
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> logins = pool.submit(() -> {
                for (int i = 0; i < 60; i++) {
                    chatd.logIn(people.get(i % 3)).close();
                }
            });
            var watchers = new ArrayList<Chat1Socket>();
            var views = new ArrayList<Map<String, Boolean>>();
            while (watchers.size() < 15) {
                Chatd.Person watcher = chatd.person();
                Chat1Socket socket = chatd.connect();
                views.add(socket.logIn(watcher).users());
                watchers.add(socket);
            }
            logins.get();
            Chatd.Person witness = chatd.person();
            await().until(() -> {
                try (Chat1Socket socket = chatd.connect()) {
                    Map<String, Boolean> users = socket.logIn(witness).users();
                    return people.stream().noneMatch(person -> users.getOrDefault(person.name(), true));
                }
            });
            Chat1Socket last = chatd.logIn(people.get(2)); // the change that all must see last
            for (int i = 0; i < watchers.size(); i++) {
                follow(watchers.get(i), views.get(i), people);
            }
            last.close();
            watchers.forEach(Chat1Socket::close);
        }
    }

    /** Applies the watcher's presence packets; each must change its view, and the final view must be correct. */
    private static void follow(Chat1Socket watcher, Map<String, Boolean> view, List<Chatd.Person> people) {
        for (Frame frame : watcher.fence()) {
            boolean online = frame.code() == Wire.ONLINE;
            Boolean before = view.put(frame.name(), online);
            assertThat(before)
                    .as("the presence of %s changed to %s", frame.name(), online)
                    .isNotEqualTo(online);
        }
        assertThat(view)
                .containsEntry(people.get(0).name(), false)
                .containsEntry(people.get(1).name(), false)
                .containsEntry(people.get(2).name(), true);
    }
}
