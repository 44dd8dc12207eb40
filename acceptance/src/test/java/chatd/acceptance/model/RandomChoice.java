package chatd.acceptance.model;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Chooses at random who does something in what is played, and to what. */
final class RandomChoice {
    /** How many of the latest entries most operations choose from. */
    private static final int RECENT = 150;

    private final GroupPlayer player;
    private final GroupModel model;
    private final Random random;

    RandomChoice(GroupPlayer player, Random random) {
        this.player = player;
        this.model = player.model;
        this.random = random;
    }

    int number(int bound) {
        return random.nextInt(bound);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Returns a preferred element, or, if there is none, any. */
    <T> T one(List<T> of, Predicate<T> preferred) {
        List<T> some = of.stream().filter(preferred).toList();
        return some.isEmpty() ? one(of) : one(some);
    }

    ModelAccount online() {
        return one(player.online());
    }

    /** Returns an account, mostly a preferred one; brings it online if it is not. */
    ModelAccount actor(Predicate<ModelAccount> preferred) {
        if (chance(20)) {
            return online();
        }
        ModelAccount actor = one(model.existing(), preferred);
        if (!player.isOnline(actor)) {
            player.bringOnline(actor);
        }
        return actor;
    }

    /** Returns a preferred account, more often the one that has been in a group most often. */
    ModelAccount frequentMember(ModelGroup group, Predicate<ModelAccount> preferred) {
        return model.existing().stream()
                .filter(_ -> chance(60))
                .filter(preferred)
                .max(Comparator.comparingInt(user -> group.periods(user).size()))
                .orElseGet(() -> one(model.existing(), preferred));
    }

    ModelAccount anybody() {
        return chance(2) ? ModelAccount.nobody() : one(model.accounts);
    }

    /** Returns a group, more often one of the first that are open, so that some have a long history. */
    ModelGroup group() {
        if (model.groups.isEmpty() || chance(1)) {
            return ModelGroup.none();
        }
        List<ModelGroup> open =
                model.groups.stream().filter(group -> !group.isClosed).toList();
        if (open.isEmpty() || chance(8)) {
            return one(model.groups);
        }
        return chance(60) ? one(open.subList(0, Math.min(3, open.size()))) : one(open);
    }

    /** Returns an entry, mostly a preferred and recent one; null if there is none at all. */
    @Nullable
    ModelEntry entry(Predicate<ModelEntry> preferred) {
        List<ModelEntry> all = model.entries;
        if (all.isEmpty()) {
            return null;
        }
        List<ModelEntry> recent = all.subList(Math.max(0, all.size() - RECENT), all.size());
        if (chance(10)) {
            return one(recent);
        }
        return chance(80) && recent.stream().anyMatch(preferred) ? one(recent, preferred) : one(all, preferred);
    }
}
