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
    void aNameMayBe(String name) {
        names.check(name);
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
    void aNameMayNotBe(String name) {
        assertThatThrownBy(() -> names.check(name))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.BAD_NAME));
    }

    @Test
    void aNameMayNotLookLikeAnother() {
        Directory directory = new Directory(List.of(), Map.of("Alice", 1L, "old", 2L));
        assertThatThrownBy(() -> directory.reserve("AIice", 0)).hasMessageContaining("looks like");
        assertThatThrownBy(() -> directory.reserve("A1ice", 0)).hasMessageContaining("looks like");
        directory.reserve("alice", 0);
        directory.reserve("ALICE", 0);
    }

    @Test
    void aNameOfThePastIsNotGivenAgain() {
        Directory directory = new Directory(List.of(), Map.of("old", 1L));
        assertThatThrownBy(() -> directory.reserve("old", 0))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.NAME_TAKEN));
    }

    @Test
    void aNameThatWasGivenBackIsFree() {
        Directory directory = new Directory(List.of(), Map.of());
        directory.reserve("new", 0);
        assertThatThrownBy(() -> directory.reserve("new", 0)).isInstanceOf(Refusal.class);
        directory.release("new");
        directory.reserve("new", 0);
    }

    @Test
    void anAccountMayHaveItsOwnNamesOfThePastAgain() {
        Directory directory = new Directory(List.of(), Map.of("alice", 1L, "alicia", 1L, "bob", 2L));
        directory.reserve("alice", 1);
        directory.reserve("a1ice", 1);
        assertThatThrownBy(() -> directory.reserve("bob", 1)).isInstanceOf(Refusal.class);
        // A name that belongs to an account is not released.
        directory.release("alice");
        assertThatThrownBy(() -> directory.reserve("alice", 0)).isInstanceOf(Refusal.class);
    }
}
