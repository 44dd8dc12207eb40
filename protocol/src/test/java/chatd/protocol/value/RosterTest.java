package chatd.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import chatd.protocol.value.people.Roster;
import chatd.protocol.value.people.RosterEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RosterTest {
    private static RosterEntry presence(Random random) {
        return new RosterEntry("王芳".repeat(random.nextInt(5)) + random.nextInt(99), random.nextBoolean());
    }

    @Test
    void itBehavesLikeAnyOtherList() {
        Random random = new Random(7);
        List<RosterEntry> list = new ArrayList<>();
        Roster roster = new Roster();
        for (int i = 0; i < 2_000; i++) {
            int index = random.nextInt(list.size() + 1);
            RosterEntry presence = presence(random);
            if (index == list.size() || random.nextInt(3) > 0) {
                list.add(index, presence);
                roster.add(index, presence);
            } else if (random.nextBoolean()) {
                assertThat(roster.set(index, presence)).isEqualTo(list.set(index, presence));
            } else {
                assertThat(roster.remove(index)).isEqualTo(list.remove(index));
            }
        }
        assertThat(roster).hasSizeGreaterThan(300).isEqualTo(list).hasSameHashCodeAs(list);
        assertThat(new Roster(list)).isEqualTo(roster);
    }

    @Test
    void invalidIndexesAndNamesAreRefused() {
        Roster roster = new Roster(List.of(new RosterEntry("alice", true)));
        RosterEntry bob = new RosterEntry("bob", false);
        assertThatThrownBy(() -> roster.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> roster.set(1, bob)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> roster.remove(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> roster.add(2, bob)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> roster.add(0, new RosterEntry("x".repeat(33), true)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(roster).containsExactly(new RosterEntry("alice", true));
    }

    /** A name that fills its field is not followed by a zero. */
    @Test
    void aNameOf32BytesIsKept() {
        RosterEntry longest = new RosterEntry("x".repeat(32), true);
        Roster roster = new Roster(List.of(longest, new RosterEntry("bob", false)));
        assertThat(roster).containsExactly(longest, new RosterEntry("bob", false));
    }
}
