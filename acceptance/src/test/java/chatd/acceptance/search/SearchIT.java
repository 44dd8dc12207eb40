package chatd.acceptance.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import chatd.acceptance.groups.GroupTestBase;
import chatd.acceptance.kit.Chat1Socket;
import chatd.acceptance.kit.Chatd;
import chatd.acceptance.kit.JsonCarrier;
import chatd.acceptance.kit.JsonSocket;
import chatd.acceptance.kit.JsonType;
import chatd.acceptance.kit.Wire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Searching in JSON messages, on each carrier. Each test has words of its own. */
class SearchIT extends GroupTestBase {
    /** A word that no other test uses: three syllables, none of which is a prefix of another. */
    private final String word = Chatd.newName().replaceAll("[^a-z]", "") + "q";

    SearchIT(JsonCarrier carrier, Chatd chatd) {
        super(carrier, chatd);
    }

    /**
     * Searches; {@code more} are further keys, beginning with a comma. Returns the page, or the
     * refusal, which has no items, as while the index is being opened.
     */
    private static JsonNode find(JsonSocket by, String text, String more) {
        by.send("{'type': 27, 'info': {'text': '%s'%s}}".formatted(text, more));
        JsonNode answer = by.next();
        while (answer.path("type").asInt() != JsonType.PAGE
                && answer.path("type").asInt() != JsonType.REFUSED) {
            answer = by.next();
        }
        return answer.path("info");
    }

    private static String refusedFind(JsonSocket by, String info) {
        by.send("{'type': 27, 'info': %s}".formatted(info));
        return by.skipTo(JsonType.REFUSED).path("info").path("code").asString();
    }

    /** Returns the texts that are found, the newest first. */
    private static List<String> found(JsonSocket by, String text, String more) {
        List<String> texts = new ArrayList<>();
        find(by, text, more)
                .path("items")
                .forEach(item -> texts.add(
                        item.path("info").isString()
                                ? item.path("info").asString()
                                : item.path("info").path("name").asString()));
        return texts;
    }

    private static List<String> found(JsonSocket by, String text) {
        return found(by, text, "");
    }

    /**
     * Checks that this test's only text is found by its own word with each present one, and with no
     * absent one.
     */
    private void expectFound(JsonSocket by, List<String> present, List<String> absent) {
        for (String found : present) {
            assertThat(found(by, word + " " + found)).as(found).hasSize(1);
        }
        for (String missing : absent) {
            assertThat(found(by, word + " " + missing)).as(missing).isEmpty();
        }
    }

    /** Waits until these texts are found, the newest first. */
    private static void awaitFound(JsonSocket by, String text, String... texts) {
        await().untilAsserted(() -> assertThat(found(by, text)).containsExactly(texts));
    }

    @Test
    void aMessageIsFoundByItsWordsAndSaysWhere() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        long mid = send(one, other.user(), "Café crème? " + word + "s at noon");
        awaitFound(other, word, "Café crème? " + word + "s at noon");
        JsonNode page = find(other, "CAFE " + word.substring(0, 4), "");
        JsonNode item = page.path("items").path(0);
        assertThat(item.path("mid").asLong()).isEqualTo(mid);
        assertThat(item.path("send").asString()).isEqualTo(one.user());
        assertThat(item.path("salt").asString()).isNotEmpty();
        assertThat(page.path("more").asBoolean()).isFalse();
        assertThat(page.path("names").path(one.user()).asString()).isEqualTo(ann.name());
        assertThat(page.path("find").toString())
                .isEqualTo("{\"hits\":[{\"mid\":%d,\"at\":[[0,4],[12,%d]]}]}".formatted(mid, word.length() + 1));
        for (String found : List.of(
                word + " noon", "noon " + word, "\\\"creme " + word + "s at\\\"", "ｃａｆé " + word, word + " ＮＯＯＮ")) {
            assertThat(found(other, found)).as(found).hasSize(1);
        }
        for (String absent : List.of(
                word + " midnight", "\\\"" + word + " at\\\"", "\\\"at " + word + "s\\\"", word + " oon", "x" + word)) {
            assertThat(found(other, absent)).as(absent).isEmpty();
        }
    }

    @Test
    void chineseJapaneseAndKoreanAreFoundByTheirCharacters() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        send(one, other.user(), word + " 明天下午，我们开会𠀀𠀁 ひらがなカタカナ 한국어");
        awaitFound(other, word, word + " 明天下午，我们开会𠀀𠀁 ひらがなカタカナ 한국어");
        expectFound(
                other,
                List.of("会", "开会", "我们开会", "𠀁", "𠀀𠀁", "がな", "ﾅ", "국어", "午 我"),
                List.of("午我", "开我", "会开", "𠀁𠀀", "어국"));
        JsonNode hit = find(other, word + " 开会", "").path("find").path("hits").path(0);
        assertThat(hit.path("at").toString()).isEqualTo("[[0,%d],[%d,2]]".formatted(word.length(), word.length() + 8));
    }

    @Test
    void partsOfJoinedWordsAreFound() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        String text = word + " is at jira.example.com, IMG_20260704_beach.jpg, 10.11.6-MariaDB, l’homme, C++";
        send(one, other.user(), text);
        awaitFound(other, word, text);
        expectFound(
                other,
                List.of("example.com", "beach", "\\\"beach\\\"", "11.6", "homme", "C++", "jira"),
                List.of("C#", "each", "1.6", "\\\"beac\\\""));
    }

    @Test
    void punctuationOfFullWidthSeparatesWords() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        String text = word + " rooms：a101，42，421；bob：carl︰dora﹐7﹐8﹔9 and 3.14，1,000 ４２．５";
        send(one, other.user(), text);
        awaitFound(other, word, text);
        expectFound(
                other,
                List.of(
                        "a101",
                        "421",
                        "\\\"42，421\\\"",
                        "\\\"42, 421\\\"",
                        "\\\"421 bob\\\"",
                        "carl",
                        "dora",
                        "8",
                        "9",
                        "3.14",
                        "1,000",
                        "42.5",
                        "４２．５"),
                List.of("15", "000", "\\\"101 42\\\""));
        JsonNode hit = find(other, word + " 421", "").path("find").path("hits").path(0);
        assertThat(hit.path("at").toString())
                .isEqualTo("[[0,%d],[%d,3]]".formatted(word.length(), text.indexOf("421")));
    }

    @Test
    void onlyReadableMessagesAreFound() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        JsonSocket third = logIn(carol, "");
        send(one, other.user(), word + " to one");
        other.expect(JsonType.TEXT);
        send(one, one.user(), word + " to myself");
        String joined = create(one, "'history': 'joined'", other);
        say(one, joined, word + " before", other);
        change(one, add(joined, carol), other, third);
        say(one, joined, word + " while in", other, third);
        change(one, op("remove", joined, "'user': '%s'".formatted(third.user())), other, third);
        say(one, joined, word + " after", other);
        String whole = create(one, "'history': 'all'");
        say(one, whole, word + " whole");
        change(one, add(whole, carol), third);
        third.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b'}".formatted(one.user()));
        third.expect(JsonType.DONE);
        send(one, third.user(), word + " withheld");
        send(other, third.user(), word + " to the third");
        awaitFound(
                one,
                word,
                word + " withheld",
                word + " whole",
                word + " after",
                word + " while in",
                word + " before",
                word + " to myself",
                word + " to one");
        awaitFound(
                other,
                word,
                word + " to the third",
                word + " after",
                word + " while in",
                word + " before",
                word + " to one");
        awaitFound(third, word, word + " to the third", word + " whole", word + " while in");
        assertThat(found(one, word, ", 'with': '%s'".formatted(third.user()))).containsExactly(word + " withheld");
        assertThat(found(third, word, ", 'with': '%s'".formatted(one.user()))).isEmpty();
        assertThat(found(third, word, ", 'with': '%s'".formatted(joined))).containsExactly(word + " while in");
        assertThat(found(one, word, ", 'with': '%s'".formatted(one.user()))).containsExactly(word + " to myself");
        assertThat(found(other, word, ", 'from': '%s'".formatted(other.user())))
                .containsExactly(word + " to the third");
        assertThat(refusedFind(other, "{'text': 'x', 'with': '%s'}".formatted(whole)))
                .isEqualTo("no-such-group");
    }

    @Test
    void amendmentsChangeWhatIsFound() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        long corrected = send(one, other.user(), word + " wrongly");
        long taken = send(one, other.user(), word + " mistaken");
        awaitFound(other, word, word + " mistaken", word + " wrongly");
        perform(one, correct(corrected, word + " rightly"));
        perform(one, takeBack(taken));
        // At once, whatever the index has.
        assertThat(found(other, word + " mistaken")).isEmpty();
        assertThat(found(other, word + " wrongly")).isEmpty();
        awaitFound(other, word + " rightly", word + " rightly");
        assertThat(found(other, word)).containsExactly(word + " rightly");
        // A user whom a correction does not reach still sees and finds the earlier text.
        other.send("{'type': 34, 'info': {'user_id': '%s', 'on': true}, 'id': 'b'}".formatted(one.user()));
        other.skipTo(JsonType.DONE);
        perform(one, correct(corrected, word + " secretly"));
        awaitFound(one, word + " secretly", word + " secretly");
        awaitFound(other, word, word + " rightly");
        assertThat(found(other, word + " secretly")).isEmpty();
        assertThat(found(one, word + " rightly")).isEmpty();
    }

    @Test
    void formerMembersFindWhatTheySaw() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        String group = create(one, "'history': 'joined'", other);
        long mid = say(one, group, word + " early", other);
        change(other, op("leave", group), one);
        perform(one, correct(mid, word + " late"));
        awaitFound(one, word, word + " late");
        awaitFound(other, word, word + " early");
        assertThat(found(other, word + " late")).isEmpty();
        assertThat(found(one, word + " early")).isEmpty();
    }

    @Test
    void pagesFollowOneAnother() {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        List<Long> all = new ArrayList<>();
        for (int i = 0; i < 130; i++) {
            all.addFirst(send(one, other.user(), word + " " + i));
        }
        await().untilAsserted(() ->
                assertThat(find(other, word, ", 'limit': 200").path("items")).hasSize(130));
        List<Long> paged = new ArrayList<>();
        boolean isMore = true;
        String before = "";
        while (isMore) {
            JsonNode page = find(other, word, ", 'limit': 40" + before);
            page.path("items").forEach(item -> paged.add(item.path("mid").asLong()));
            isMore = page.path("more").asBoolean();
            before = ", 'before': " + paged.getLast();
        }
        assertThat(paged).isEqualTo(all);
        assertThat(find(other, word, ", 'limit': 130").path("more").asBoolean()).isFalse();
        assertThat(find(other, word, ", 'limit': 129").path("more").asBoolean()).isTrue();
    }

    @Test
    void searchesCanBeLimitedByTimeAndKind() throws Exception {
        JsonSocket one = logIn(ann, "");
        JsonSocket other = logIn(ben, "");
        one.send("{'type': 3, 'receive': '%s', 'info': '%s first', 'id': 'a'}".formatted(other.user(), word));
        Instant first = Instant.parse(
                one.expect(JsonType.DONE).path("info").path("time").asString());
        await().until(() -> Instant.now().toEpochMilli() > first.toEpochMilli());
        send(one, other.user(), word + " second");
        try (Chat1Socket socket = chatd.logIn(ann)) {
            socket.send(Wire.file(word + ".pdf", new byte[] {1, 2, 3}, ben.name()));
            awaitFound(other, word, word + ".pdf", word + " second", word + " first");
        }
        assertThat(found(other, word, ", 'media': 'file'")).containsExactly(word + ".pdf");
        assertThat(found(other, word, ", 'media': 'text'")).hasSize(2);
        assertThat(found(other, word, ", 'until': '%s'".formatted(first.plusMillis(1))))
                .containsExactly(word + " first");
        assertThat(found(other, word, ", 'until': '%s'".formatted(first))).isEmpty();
        assertThat(found(other, word, ", 'since': '%s'".formatted(first))).hasSize(3);
        assertThat(found(other, word, ", 'since': '%s', 'media': 'text'".formatted(first.plusMillis(1))))
                .containsExactly(word + " second");
        assertThat(found(other, word, ", 'since': '-999999999-01-01T00:00:00Z', 'until': '+999999999-01-01T00:00:00Z'"))
                .hasSize(3);
    }

    @Test
    void invalidSearchesAreRefused() {
        JsonSocket one = logIn(ann, "");
        for (String info : List.of(
                "{}",
                "{'text': 5}",
                "{'text': ''}",
                "{'text': ' ,;!'}",
                "{'text': '%s'}".formatted("x".repeat(1_001)),
                "{'text': 'a b c d e f g h i j k l m n o p q r s t u v w x y z 1 2 3 4 5 6 7'}",
                "{'text': 'x', 'media': 'song'}",
                "{'text': 'x', 'since': 'yesterday'}")) {
            assertThat(refusedFind(one, info)).as(info).isEqualTo("malformed");
        }
        for (String key : List.of("with", "from")) {
            assertThat(refusedFind(one, "{'text': 'x', '%s': '%s'}".formatted(key, NO_GROUP)))
                    .as(key)
                    .isEqualTo("no-such-group");
        }
        assertThat(refusedFind(one, "{'text': 'x', 'from': 'U999999999'}")).isEqualTo("no-such-user");
        assertThat(found(one, "x".repeat(1_000))).isEmpty();
        JsonSocket stranger = connect();
        assertThat(refusedFind(stranger, "{'text': 'x'}")).isEqualTo("not-logged-in");
    }
}
