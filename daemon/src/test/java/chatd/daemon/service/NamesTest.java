package chatd.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
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
        Directory directory = new Directory(List.of(), List.of("Alice", "old"));
        assertThatThrownBy(() -> directory.reserve("AIice")).hasMessageContaining("looks like");
        assertThatThrownBy(() -> directory.reserve("A1ice")).hasMessageContaining("looks like");
        directory.reserve("alice");
        directory.reserve("ALICE");
    }

    @Test
    void aNameOfThePastIsNotGivenAgain() {
        Directory directory = new Directory(List.of(), List.of("old"));
        assertThatThrownBy(() -> directory.reserve("old"))
                .isInstanceOfSatisfying(Refusal.class, e -> assertThat(e.code()).isEqualTo(Code.NAME_TAKEN));
    }

    @Test
    void aNameThatWasGivenBackIsFree() {
        Directory directory = new Directory(List.of(), List.of());
        directory.reserve("new");
        assertThatThrownBy(() -> directory.reserve("new")).isInstanceOf(Refusal.class);
        directory.release("new");
        directory.reserve("new");
    }
}
