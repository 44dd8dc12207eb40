package chatd.daemon.directory;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.daemon.model.account.Account;
import chatd.protocol.value.people.User;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which users are found by what somebody typed. */
class DirectoryTest {
    private final List<Account> accounts = new ArrayList<>();

    private Directory of(String... names) {
        for (String name : names) {
            accounts.add(account(accounts.size() + 1, name));
        }
        return new Directory(accounts, Map.of());
    }

    private static Account account(long number, String name) {
        return account(number, name, Account.State.ACTIVE);
    }

    private static Account account(long number, String name, Account.State state) {
        return Account.fresh(number, name, "", Account.Password.OWN, 0, Instant.EPOCH)
                .withState(state);
    }

    private static List<String> names(List<Account> found) {
        return found.stream().map(Account::name).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "keller, mia.keller ben_keller ANNA-KELLER",
        "KEL, mia.keller ben_keller ANNA-KELLER",
        "mia.k, mia.keller",
        "jurgen, jürgen",
        "JÜR, jürgen",
        "ju\u0308rgen, jürgen",
        "lukasz, łukasz",
        "soren, søren",
        "芳, 王芳",
        "王, 王芳 王小明",
        "小明, 王小明",
        "민수, 김민수",
        "4b, klasse4b",
        "fox, redFox",
        "иванов, пётр.иванов",
        "петр, пётр.иванов",
        "ｋｅｌ, mia.keller ben_keller ANNA-KELLER",
        "eller, ''",
    })
    void aNameIsFoundByItsParts(String typed, String expected) {
        Directory directory = of(
                "mia.keller",
                "ben_keller",
                "ANNA-KELLER",
                "jürgen",
                "łukasz",
                "søren",
                "王芳",
                "王小明",
                "김민수",
                "klasse4b",
                "redFox",
                "пётр.иванов");

        assertThat(names(directory.matching(typed, 50)))
                .containsExactlyInAnyOrder(expected.isEmpty() ? new String[0] : expected.split(" "));
    }

    @Test
    void equalNamesComeFirstThenThoseWithThatBeginning() {
        Directory directory = of("bo.anna", "annabel", "ánna", "anna");

        assertThat(names(directory.matching("Anna", 50))).containsExactly("anna", "ánna", "annabel", "bo.anna");
        assertThat(names(directory.matching("Anna", 2))).containsExactly("anna", "ánna");
        assertThat(directory.matching("", 3)).hasSize(3);
    }

    @Test
    void aRenamedOrDeletedUserIsNoLongerFound() {
        Directory directory = of("mia.keller");
        directory.put(account(1, "mia.huber"));

        assertThat(directory.matching("keller", 50)).isEmpty();
        assertThat(names(directory.matching("huber", 50))).containsExactly("mia.huber");

        directory.put(account(1, "mia.huber", Account.State.DELETED));

        assertThat(directory.matching("huber", 50)).isEmpty();
    }

    @Test
    void caseMattersInOneDialectAndNotInTheOther() {
        Directory directory = of("Zoé", "王芳");

        assertThat(directory.user(new User.Named("zoé"))).isEmpty();
        assertThat(directory.user(new User.Named("Zoe\u0301"))).isPresent();
        assertThat(directory.user(new User.NamedLoosely("ZOÉ"))).isPresent();
        assertThat(directory.user(new User.NamedLoosely("zoe\u0301"))).isPresent();
        assertThat(directory.user(new User.NamedLoosely("zoe"))).isEmpty();
        assertThat(directory.nameFor(new User.NamedLoosely("zoé"))).isEqualTo("Zoé");
        assertThat(directory.nameFor(new User.NamedLoosely("nobody"))).isEqualTo("nobody");
    }

    @Test
    void ofTwoNamesThatDifferInCaseTheExactOneIsMeant() {
        Directory directory = of("Bob", "bob");

        assertThat(directory.user(new User.NamedLoosely("Bob")))
                .map(Account::number)
                .contains(1L);
        assertThat(directory.user(new User.NamedLoosely("bob")))
                .map(Account::number)
                .contains(2L);
        assertThat(directory.user(new User.NamedLoosely("BOB"))).isEmpty();
    }
}
