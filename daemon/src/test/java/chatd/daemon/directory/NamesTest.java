package chatd.daemon.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.daemon.model.Refusal;
import chatd.protocol.value.Code;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    private static final List<String> TITLES = List.of("admin", "管理员");
    private static final NamePolicy SELF = NamePolicy.restricted(TITLES);
    private static final NamePolicy ADMINISTRATOR = NamePolicy.ofAdministrator(false);

    private final Names names = new Names();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice",
                "Alice",
                "a",
                "a.b_c-d",
                "o2",
                "王芳",
                "Ωμέγα",
                "иван",
                "たなか",
                "김민수",
                "ünal",
                "été",
                "abcdefghijklmnopqrstuvwxyzabcdef",
                "u12x",
                "gus",
                "serverin",
                "हिन्दी"
            })
    void validNamesAreAccepted(String name) {
        names.check(name, TITLES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abcdefghijklmnopqrstuvwxyzabcdefg",
                "王王王王王王王王王王王",
                "a b",
                ".a",
                "-a",
                "_a",
                "a@b",
                "a\tb",
                "a\u200Bb",
                "a\u00ADb",
                "a\uFE0Fb",
                "e\u0301te",
                "123",
                "u123",
                "G7",
                "g123",
                "١٢٣",
                "u१२",
                "server",
                "SERVER",
                "Server",
                "ѕегvег",
                "pаypal",
                "αlpha",
                "a\uFFFD"
            })
    void invalidNamesAreRefused(String name) {
        assertThatThrownBy(() -> names.check(name, TITLES))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME));
    }

    /**
     * Look-alikes, by width, small capitals, dots, script and case, of words that programs print
     * and of titles.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "server",
                "SERVER",
                "ｓｅｒｖｅｒ",
                "ꜱᴇʀᴠᴇʀ",
                "ṡerver",
                "serverʼ",
                "ʻserver",
                "serverー",
                "server〆",
                "everyøne",
                "ëveryøne",
                "ałł",
                "nobođy",
                "aclmin",
                "ađmin",
                "服務器",
                "没人",
                "server.",
                "s.e.r.v.e.r",
                "sërvêr",
                "everyone",
                "EVERYONE",
                "EveryOne",
                "all",
                "AII",
                "a1l",
                "nobody",
                "n0body",
                "unknown",
                "System",
                "you",
                "大家",
                "所有人",
                "系统",
                "你",
                "admin",
                "Admin.",
                "ADMIN",
                "аdmin",
                "admın",
                "管理员"
            })
    void wordsWithAMeaningOfTheirOwnAreRefusedAsNames(String name) {
        assertThatThrownBy(() -> names.check(name, TITLES))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME));
    }

    @Test
    void onlyAdministratorsAssignTitles() {
        Directory directory = new Directory(List.of(), Map.of());
        assertThatThrownBy(() -> directory.reserve("admin", 0, SELF)).hasMessageContaining("Only an administrator");
        directory.reserve("admin", 0, ADMINISTRATOR);
        assertThatThrownBy(() -> directory.reserve("everyone", 0, ADMINISTRATOR))
                .hasMessageContaining("programs print");
    }

    /** The dot above replaces the letter's own, and a mark that is there twice is seen once. */
    @ParameterizedTest
    @ValueSource(strings = {"ali\u0307ce", "bi\u0307ll", "j\u0307an", "q\u0301\u0301"})
    void aNameMayNotHideAMark(String name) {
        assertThatThrownBy(() -> names.check(name, TITLES)).hasMessageContaining("nor hide a mark");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Ս7", "Ս12", "υ12", "Ul2", "ú7", "U.12", "U-12", "g1O"})
    void aNameMayNotLookLikeANumber(String name) {
        assertThatThrownBy(() -> names.check(name, TITLES)).hasMessageContaining("number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "öner", "İvan", "Łukasz", "Øystein", "नमस्ते", "محمد", "한국", "王伟", "Ali", "ulli", "gloria", "Claudia",
                "dirk"
            })
    void namesOfAnyLanguageAreAccepted(String name) {
        names.check(name, TITLES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ｂob", "ﬁona", "²alice", "x①"})
    void aNameMustBeNormalized(String name) {
        assertThatThrownBy(() -> names.check(name, TITLES)).hasMessageContaining("NFKC: write ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ɑlice", "ʙob", "ﾞ", "ꓐob", "ᴀnna"})
    void aNameMayHaveOnlyCharactersOfIdentifiers(String name) {
        assertThatThrownBy(() -> names.check(name, TITLES))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME));
    }

    @Test
    void aNameMayNotLookLikeAnother() {
        Directory directory = new Directory(List.of(), Map.of("Alice", 1L, "old", 2L));
        for (String alike : List.of("AIice", "A1ice", "alice", "ALICE", "aIice", "0ld", "OLD")) {
            assertThatThrownBy(() -> directory.reserve(alike, 0, SELF)).hasMessageContaining("looks like");
            assertThatThrownBy(() -> directory.reserve(alike, 0, ADMINISTRATOR)).hasMessageContaining("use --similar");
            directory.reserve(alike, 0, NamePolicy.ofAdministrator(true));
            directory.release(alike);
        }
        directory.reserve("alicia", 0, SELF);
    }

    /** Both are family names. */
    @Test
    void namesMayLookAlikeIfAnAdministratorAllowsIt() {
        Directory directory = new Directory(List.of(), Map.of("Stern", 1L));
        assertThatThrownBy(() -> directory.reserve("Stem", 0, ADMINISTRATOR))
                .hasMessageContaining("Stem looks like Stern");
        directory.reserve("Stem", 0, NamePolicy.ofAdministrator(true));
        // An existing name stays taken even so.
        assertThatThrownBy(() -> directory.reserve("Stern", 0, NamePolicy.ofAdministrator(true)))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.NAME_TAKEN));
    }

    @Test
    void aFormerNameIsNotAssignedAgain() {
        Directory directory = new Directory(List.of(), Map.of("old", 1L));
        assertThatThrownBy(() -> directory.reserve("old", 0, SELF))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.NAME_TAKEN));
    }

    @Test
    void aReleasedNameIsFree() {
        Directory directory = new Directory(List.of(), Map.of());
        directory.reserve("new", 0, SELF);
        assertThatThrownBy(() -> directory.reserve("new", 0, SELF)).isInstanceOf(Refusal.class);
        directory.release("new");
        directory.reserve("new", 0, SELF);
    }

    @Test
    void anAccountMayTakeItsOwnFormerNamesAgain() {
        Directory directory = new Directory(List.of(), Map.of("alice", 1L, "alicia", 1L, "bob", 2L));
        directory.reserve("alice", 1, SELF);
        directory.reserve("a1ice", 1, SELF);
        assertThatThrownBy(() -> directory.reserve("bob", 1, SELF)).isInstanceOf(Refusal.class);
        // A name that belongs to an account is not released.
        directory.release("alice");
        assertThatThrownBy(() -> directory.reserve("alice", 0, SELF)).isInstanceOf(Refusal.class);
    }
}
