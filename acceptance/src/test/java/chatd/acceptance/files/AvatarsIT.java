package chatd.acceptance.files;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.AuditReader;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.HttpClient;
import chatd.acceptance.kit.HttpClient.Response;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.LocalDaemon;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.xml.sax.SAXException;
import tools.jackson.databind.JsonNode;

/** The pictures of people and groups: given, asked for, fetched, logged, and kept. */
class AvatarsIT extends HttpTestBase {
    private static final byte[] PICTURE = Pictures.encoded("png");
    private static final byte[] OTHER = Pictures.encoded("jpg");

    AvatarsIT(Chatd chatd) {
        super(chatd);
    }

    private static String base64(byte[] picture) {
        return Base64.getEncoder().encodeToString(picture);
    }

    private static String digest(byte[] picture) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(picture));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String change(byte[] picture) {
        return "'type': 39, 'info': {'avatar': '%s'}".formatted(base64(picture));
    }

    private static String changeOfGroup(String group, byte[] picture) {
        return GroupTestBase.op("avatar", group, "'avatar': '%s'".formatted(base64(picture)));
    }

    /** Returns what is told of these; what is told unasked is skipped. */
    private static Map<String, String> avatars(JsonSocket by, String... of) {
        by.send("{'type': 39, 'info': {'of': [%s]}}"
                .formatted(Arrays.stream(of).map(one -> "'" + one + "'").collect(Collectors.joining(", "))));
        // What others have changed meanwhile is told, too: the answer comes before this one.
        by.send("{'type': 19, 'info': {'before': 1, 'limit': 1}}");
        Map<String, String> all = new TreeMap<>();
        JsonNode next = by.next();
        while (next.path("type").asInt() != JsonType.PAGE) {
            if (next.path("type").asInt() == JsonType.AVATARS) {
                next.path("info").path("avatars").forEachEntry((one, digest) -> all.put(one, digest.asString()));
            }
            next = by.next();
        }
        all.keySet().retainAll(List.of(of));
        return all;
    }

    private static Response fetch(Chatd from, Bearer by, String digest) throws IOException {
        try (HttpClient http = HttpClient.connect(from)) {
            return http.ask("GET", "/files/avatars/" + digest, by.header());
        }
    }

    @Test
    void everybodySeesThePictureOfAUserUntilItIsReplacedOrRemoved() throws IOException {
        Bearer asker = logIn(ann, "laptop");
        Bearer other = logIn(ben, "laptop");
        String user = other.socket().user();
        assertThat(avatars(asker.socket(), user)).isEqualTo(Map.of(user, ""));

        GroupTestBase.perform(other.socket(), change(PICTURE));
        JsonNode told;
        do {
            told = asker.socket().skipTo(JsonType.AVATARS).path("info").path("avatars");
        } while (!told.has(user));
        assertThat(told.path(user).asString()).isEqualTo(digest(PICTURE));
        Response fetched = fetch(chatd, asker, digest(PICTURE));
        assertThat(fetched.status()).isEqualTo(200);
        assertThat(fetched.body()).isEqualTo(PICTURE);
        assertThat(fetched.header("content-type")).isEqualTo("image/png");
        assertThat(fetched.header("cache-control")).isEqualTo("private, max-age=31536000, immutable");
        assertThat(fetched.header("content-security-policy")).isEqualTo("sandbox");
        try (HttpClient http = HttpClient.connect(chatd)) {
            assertThat(http.ask("HEAD", "/files/avatars/" + digest(PICTURE), asker.header())
                            .header("content-length"))
                    .isEqualTo(Integer.toString(PICTURE.length));
            assertThat(http.ask("GET", "/files/avatars/" + digest(PICTURE), "").status())
                    .isEqualTo(401);
        }

        GroupTestBase.perform(other.socket(), change(OTHER));
        assertThat(avatars(asker.socket(), user, "U999999")).isEqualTo(Map.of(user, digest(OTHER)));
        GroupTestBase.perform(other.socket(), change(new byte[0]));
        assertThat(avatars(asker.socket(), user)).isEqualTo(Map.of(user, ""));
        assertThat(refusal(fetch(chatd, asker, digest(OTHER)))).isEqualTo("404 no-such-file");
    }

    @Test
    void onlyStillPicturesOfASmallSizeAreTaken() {
        JsonSocket one = logIn(ann, "laptop").socket();
        for (byte[] picture : List.of(
                new byte[] {1, 2, 3},
                Pictures.encoded("gif"),
                Pictures.animatedPng(),
                Pictures.animatedWebP(),
                Pictures.blackPng(1_025, 2),
                Arrays.copyOf(PICTURE, PICTURE.length / 2),
                new byte[(64 << 10) + 1])) {
            assertThat(GroupTestBase.refusalCode(one, change(picture))).isEqualTo("malformed");
        }
        assertThat(GroupTestBase.refusalCode(one, "'type': 39, 'info': {'avatar': '!'}"))
                .isEqualTo("malformed");
        assertThat(avatars(one, one.user())).isEqualTo(Map.of(one.user(), ""));
        GroupTestBase.perform(one, change(Pictures.blackPng(1_024, 1_024)));
    }

    @Test
    void whereItWasTakenIsLeftOut() throws IOException {
        Bearer one = logIn(ann, "laptop");
        for (byte[] picture :
                List.of(Pictures.jpegWithMetadata(), Pictures.pngWithMetadata(), Pictures.webPWithMetadata())) {
            assertThat(Pictures.contains(picture, Pictures.SECRET)).isTrue();
            GroupTestBase.perform(one.socket(), change(picture));
            String digest = requireNonNull(
                    avatars(one.socket(), one.socket().user()).get(one.socket().user()));
            byte[] stored = fetch(chatd, one, digest).body();
            assertThat(Pictures.contains(stored, Pictures.SECRET)).isFalse();
            assertThat(digest(stored)).isEqualTo(digest);
        }
    }

    @Test
    void oneChangesItTwentyTimesADay() {
        JsonSocket one = logIn(ann, "laptop").socket();
        for (int i = 0; i < 20; i++) {
            GroupTestBase.perform(one, change(i % 2 == 0 ? PICTURE : OTHER));
        }
        // The same again changes nothing, and to take it away is always possible.
        GroupTestBase.perform(one, change(OTHER));
        assertThat(GroupTestBase.refusalCode(one, change(PICTURE))).isEqualTo("throttled");
        GroupTestBase.perform(one, change(new byte[0]));
        assertThat(avatars(one, one.user())).isEqualTo(Map.of(one.user(), ""));
    }

    @Test
    void theMembersOfAGroupSeeItsPicture() throws IOException {
        Bearer owner = logIn(ann, "laptop");
        Bearer member = logIn(ben, "laptop");
        JsonSocket outsider = logIn(chatd.person(), "laptop").socket();
        String group = GroupTestBase.create(owner.socket(), "", member.socket());
        GroupTestBase.change(owner.socket(), changeOfGroup(group, PICTURE), member.socket());
        assertThat(avatars(member.socket(), group)).isEqualTo(Map.of(group, digest(PICTURE)));
        assertThat(fetch(chatd, member, digest(PICTURE)).body()).isEqualTo(PICTURE);
        assertThat(avatars(outsider, group)).isEmpty();

        assertThat(GroupTestBase.refusalCode(member.socket(), changeOfGroup(group, OTHER)))
                .isEqualTo("not-allowed");
        assertThat(GroupTestBase.refusalCode(owner.socket(), changeOfGroup(group, new byte[] {1})))
                .isEqualTo("malformed");
        assertThat(GroupTestBase.perform(owner.socket(), changeOfGroup(group, PICTURE)))
                .as("as it was")
                .isZero();
        GroupTestBase.perform(
                owner.socket(), GroupTestBase.op("role", group, "'user': '%s', 'role': 'admin'".formatted(ben.name())));
        GroupTestBase.perform(member.socket(), changeOfGroup(group, new byte[0]));
        assertThat(avatars(owner.socket(), group)).isEqualTo(Map.of(group, ""));
        member.socket().send("{'type': 19, 'info': {'with': '%s'}}".formatted(group));
        assertThat(member.socket()
                        .skipTo(JsonType.PAGE)
                        .path("info")
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("info").path("op").asString()))
                .containsExactly("create", "avatar", "role", "avatar");

        GroupTestBase.perform(owner.socket(), GroupTestBase.op("remove", group, "'user': '%s'".formatted(ben.name())));
        assertThat(avatars(member.socket(), group)).as("no longer a member").isEmpty();
    }

    @Test
    void aRestartKeepsThemAndDeletionForgetsThem() throws IOException, SAXException {
        try (LocalDaemon own = LocalDaemon.start()) {
            Chatd.Person carol = own.person();
            Chatd.Person dave = own.person();
            JsonSocket first = own.logInJson(JsonCarrier.LINES, carol, "laptop");
            String user = first.user();
            GroupTestBase.perform(first, change(PICTURE));
            String group = GroupTestBase.create(first, "'open': true");
            GroupTestBase.change(first, changeOfGroup(group, OTHER));
            first.close();
            own.stop();
            own.begin();
            Bearer other = logIn(own, dave, "laptop");
            assertThat(avatars(other.socket(), user, group))
                    .isEqualTo(Map.of(user, digest(PICTURE), group, digest(OTHER)));
            assertThat(fetch(own, other, digest(OTHER)).body()).isEqualTo(OTHER);

            assertThat(own.admin("", "group", "remove-picture", group).exits(0).out())
                    .contains("has no picture now");
            assertThat(avatars(other.socket(), group)).isEqualTo(Map.of(group, ""));
            own.admin("", "user", "remove-picture", dave.name()).exits(0);
            first = own.logInJson(JsonCarrier.LINES, dave, "phone");
            GroupTestBase.perform(first, change(OTHER));
            first.close();
            assertThat(own.admin("", "user", "remove-picture", dave.name())
                            .exits(0)
                            .out())
                    .contains("has no picture any more");
            own.admin("", "user", "delete", carol.name(), "--yes").exits(0);
            assertThat(avatars(other.socket(), user)).isEmpty();
            assertThat(refusal(fetch(own, other, digest(PICTURE)))).isEqualTo("404 no-such-file");
            // What was done is in the log, and not what the picture was.
            AuditReader log = new AuditReader(own.auditLog());
            String who = other.socket().user();
            await().untilAsserted(() -> assertThat(log.all().stream()
                            .filter(entry -> entry.get("detail").equals("avatar")))
                    .extracting(entry -> entry.get("type"), entry -> entry.get("user"), entry -> entry.get("size"))
                    .containsExactly(
                            tuple("account", user, Integer.toString(PICTURE.length)),
                            tuple("group", user, ""),
                            tuple("group", "", ""),
                            tuple("account", who, Integer.toString(OTHER.length)),
                            tuple("account", who, "")));
            // 3: consistent, and not authenticated, for which it takes a key.
            assertThat(own.admin("", "log", "verify", "--messages").exits(3).out())
                    .contains("messages as logged");
        }
    }
}
