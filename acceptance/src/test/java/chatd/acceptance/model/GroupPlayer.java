package chatd.acceptance.model;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.SpawnedDaemon;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Plays operations against a daemon and against a {@link GroupModel}, one after the other, and
 * compares the answers and what each session is sent; has one session of each account, some of
 * which are disconnected for a while.
 */
public final class GroupPlayer implements AutoCloseable {
    private final SpawnedDaemon chatd;
    private final Random random;
    private final Transcript transcript;
    private final Map<ModelAccount, ModelSession> sessions = new HashMap<>();
    private final GroupCheck check;
    public final GroupModel model = new GroupModel(this::expectSent);

    /** How often each answer was given: {@code ok}, or the code of a refusal. */
    public final Map<String, Integer> answers = new java.util.TreeMap<>();

    public int kills;
    public int resumed;

    public GroupPlayer(SpawnedDaemon chatd, Random random, Transcript transcript) {
        this.chatd = chatd;
        this.random = random;
        this.transcript = transcript;
        this.check = new GroupCheck(chatd, model, transcript, random, this::isOnline);
    }

    /** Starts a daemon whose rate limits do not affect what is played. */
    public static SpawnedDaemon daemon() {
        return SpawnedDaemon.start(
                "CHATD_RATES_RESUMES", "100000",
                "CHATD_RATES_CHANGES", "0",
                "CHATD_ACCOUNTS_RENAMES", "1000",
                "CHATD_GROUPS_MADE", "1000",
                "CHATD_GROUPS_RENAMES", "0",
                "CHATD_RATES_MENTIONS", "0");
    }

    boolean isOnline(ModelAccount account) {
        ModelSession session = sessions.get(account);
        return session != null && session.isOnline();
    }

    List<ModelAccount> online() {
        return model.existing().stream().filter(this::isOnline).toList();
    }

    private ModelSession session(ModelAccount account) {
        return requireNonNull(sessions.get(account));
    }

    /**
     * Expects an entry to be sent to an account's session, unless it is a text or an amendment that
     * came from there.
     */
    private void expectSent(ModelAccount account, ModelEntry entry) {
        ModelSession session = sessions.get(account);
        if (session != null && (entry.by != account || entry.type == JsonType.GROUP)) {
            session.expect(entry);
        }
    }

    /** Registers an account and logs it in. */
    public ModelAccount register() {
        Chatd.Person person = chatd.person();
        String number;
        try (JsonSocket socket = GroupCheck.logInQuietly(chatd, person.name(), person.password())) {
            number = socket.skipTo(JsonType.LOGGED_IN)
                    .path("info")
                    .path("user_id")
                    .asString();
        }
        var account = new ModelAccount(number, person.name(), person.password(), model.newest());
        model.accounts.add(account);
        transcript.add(null, "registered " + account);
        logIn(account);
        return account;
    }

    private JsonSocket connect() {
        return JsonCarrier.LINES.connect(chatd);
    }

    private void logIn(ModelAccount account) {
        var session = new ModelSession(model, account, transcript);
        sessions.put(account, session);
        transcript.add(null, "log in of " + account);
        check.lists(account, session.logIn(connect()));
    }

    private void resume(ModelAccount account, long after) {
        ModelSession session = session(account);
        transcript.add(null, "resuming of " + account + " after " + after);
        check.lists(account, session.resume(connect(), after));
        // Settles before anything else happens: later changes, such as a new name, may already show
        // in these messages.
        session.settle();
        resumed++;
    }

    /** Logs in an account that is not online, or resumes its session. */
    void bringOnline(ModelAccount account) {
        ModelSession session = sessions.get(account);
        if (session == null) {
            logIn(account);
        } else if (!session.isOnline()) {
            resume(account, session.seen());
        }
    }

    /** Loses the connection of an account's session. */
    void disconnect(ModelAccount account) {
        transcript.add(null, "connection lost of " + account);
        session(account).disconnect();
        awaitOffline(account);
    }

    void logOut(ModelAccount account) {
        transcript.add(null, "log out of " + account);
        ModelSession session = session(account);
        session.settle();
        transcript.assertEqual(
                "the answer to the log out",
                null,
                JsonType.DONE,
                session.ask("'type': 5, 'info': 'logout'").path("type").asInt());
        session.close();
        sessions.remove(account);
        awaitOffline(account);
    }

    private void awaitOffline(ModelAccount account) {
        Chatd.Person alice = chatd.alice();
        try (JsonSocket watcher = GroupCheck.logInQuietly(chatd, alice.name(), alice.password())) {
            watcher.skipTo(JsonType.LOGGED_IN);
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                watcher.send("{'type': 28, 'info': {'users': ['%s']}}".formatted(account.number));
                JsonNode user = watcher.skipTo(JsonType.USERS)
                        .path("info")
                        .path("users")
                        .path(0);
                return !user.path("online").asBoolean();
            });
        }
    }

    /**
     * Sends an operation that the model has judged, and compares the answer; does nothing if the
     * verdict is unclear.
     */
    void perform(ModelAccount by, @Nullable ModelConversation about, String message, ModelVerdict verdict) {
        if (verdict.kind() == ModelVerdict.Kind.UNCLEAR) {
            return;
        }
        transcript.next();
        ModelSession session = session(by);
        JsonNode answer = session.ask(message);
        JsonNode info = answer.path("info");
        transcript.add(about, "%s: %s → %s".formatted(by, message, answer));
        String code = info.path("code").asString("");
        answers.merge(code.isEmpty() ? "ok" : code, 1, Integer::sum);
        transcript.assertEqual("the code of the answer to " + message + " by " + by, about, verdict.code(), code);
        long mid = info.path("mid").asLong(0);
        switch (verdict.kind()) {
            case NOTHING -> transcript.assertEqual("the number in " + answer, about, 0L, mid);
            case AGAIN -> transcript.assertEqual("the number in " + answer, about, verdict.again(), mid);
            case ENTRY ->
                transcript.assertEqual("there is a new number in " + answer, about, true, mid > model.newest());
            default -> {}
        }
        verdict.effect()
                .apply(new GroupModel.Answer(
                        mid,
                        info.path("time").asString(""),
                        info.path("group_id").asString("")));
        session.compare();
    }

    /** Changes the name of an account; {@code code} is that of the answer. */
    void rename(ModelAccount account, String name, String code) {
        transcript.next();
        JsonNode answer = session(account).ask("'type': 11, 'info': {'PU': 1, 'NewInf': '%s'}".formatted(name));
        transcript.add(null, "renaming of %s to %s → %s".formatted(account, name, answer));
        transcript.assertEqual(
                "the new name", null, code, answer.path("info").path("code").asString());
        if (code.equals("ok")) {
            account.name = name;
        }
    }

    /** Deletes an account, as an administrator; it leaves its groups. */
    void delete(ModelAccount account) {
        transcript.next();
        transcript.add(null, "deletion of " + account);
        chatd.admin("", "user", "delete", account.name, "--heir-longest", "--yes")
                .exits(0);
        ModelSession session = sessions.remove(account);
        if (session != null) {
            session.close();
        }
        account.isDeleted = true;
        record Left(ModelGroup group, GroupModel.Answer answer) {}
        List<Left> left = new ArrayList<>();
        for (ModelGroup group : model.groups) {
            if (!group.isMember(account)) {
                continue;
            }
            ModelAccount other = group.longestMemberExcept(account).orElse(null);
            if (other == null) {
                // Nobody sees the change, and the group is closed.
                group.endMembership(account, false, Long.MAX_VALUE);
            } else {
                left.add(new Left(group, newestChange(other, group)));
            }
        }
        left.sort(Comparator.comparingLong(one -> one.answer().mid()));
        left.forEach(one -> model.leaveAfterDeletion(account, one.group(), one.answer()));
    }

    /**
     * Returns the number and the time of the newest change of a group, which no answer contained.
     */
    private GroupModel.Answer newestChange(ModelAccount reader, ModelGroup group) {
        try (JsonSocket socket = GroupCheck.logInQuietly(chatd, reader.number, reader.password)) {
            socket.skipTo(JsonType.LOGGED_IN);
            socket.send("{'type': 19, 'info': {'with': '%s', 'limit': 1}}".formatted(group.number));
            JsonNode change =
                    socket.skipTo(JsonType.PAGE).path("info").path("items").path(0);
            long mid = change.path("mid").asLong();
            transcript.assertEqual("there is a new change: " + change, group.conversation, true, mid > model.newest());
            return new GroupModel.Answer(mid, change.path("time").asString(), "");
        }
    }

    /** Kills the daemon and starts it again; some sessions are resumed at once. */
    public void kill() {
        transcript.next();
        transcript.add(null, "kill of the daemon");
        kills++;
        chatd.killDaemon();
        List<ModelAccount> wereOnline = online();
        sessions.values().forEach(ModelSession::disconnect);
        chatd.begin();
        wereOnline.stream().filter(_ -> random.nextInt(4) > 0).forEach(this::bringOnline);
        compare();
    }

    /** Waits until each session has been sent what it should have been, and nothing else. */
    public void settle() {
        online().forEach(account -> session(account).settle());
    }

    /** Compares all that any account can read. */
    public void compare() {
        settle();
        check.checkEverything();
        settle();
    }

    /**
     * Resumes each session as a client that has seen less than it did, and compares what it is
     * sent.
     */
    public void resumeAll() {
        for (ModelAccount account : List.copyOf(sessions.keySet())) {
            ModelSession session = session(account);
            long seen = session.seen();
            if (session.isOnline()) {
                disconnect(account);
            }
            resume(account, seen == 0 ? 0 : random.nextLong(seen + 1));
        }
        settle();
    }

    @Override
    public void close() {
        sessions.values().forEach(ModelSession::close);
    }
}
