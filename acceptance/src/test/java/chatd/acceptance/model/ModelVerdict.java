package chatd.acceptance.model;

import java.util.stream.Stream;

/**
 * What a {@link GroupModel} says to an operation before it is done.
 *
 * @param code that of the refusal; empty if it is not refused
 * @param again the number that is answered once more; 0 if none is
 * @param effect what happens to the model once the operation is answered
 */
record ModelVerdict(Kind kind, String code, long again, Effect effect) {
    enum Kind {
        REFUSED,
        /** Answered without a number: there is nothing to do. */
        NOTHING,
        /** Answered with the number of an entry, which is a new one. */
        ENTRY,
        /** Answered with the number that was answered before. */
        AGAIN,
        /** Answered; what has a number, if any, is not told to anybody. */
        SETTING,
        /** The specification does not say which of several refusals it is: this is not played. */
        UNCLEAR
    }

    /** A change of the model. */
    @FunctionalInterface
    interface Effect {
        void apply(GroupModel.Answer answer);
    }

    static ModelVerdict refused(String code) {
        return new ModelVerdict(Kind.REFUSED, code, 0, _ -> {});
    }

    static ModelVerdict nothing() {
        return new ModelVerdict(Kind.NOTHING, "", 0, _ -> {});
    }

    static ModelVerdict unclear() {
        return new ModelVerdict(Kind.UNCLEAR, "", 0, _ -> {});
    }

    static ModelVerdict again(long mid) {
        return new ModelVerdict(Kind.AGAIN, "", mid, _ -> {});
    }

    static ModelVerdict setting(Runnable effect) {
        return new ModelVerdict(Kind.SETTING, "", 0, _ -> effect.run());
    }

    static ModelVerdict entry(Effect effect) {
        return new ModelVerdict(Kind.ENTRY, "", 0, effect);
    }

    /** Returns this, unless there is a reason to refuse: then with the first code that is not empty. */
    ModelVerdict unless(String... codes) {
        return Stream.of(codes)
                .filter(code -> !code.isEmpty())
                .findFirst()
                .map(ModelVerdict::refused)
                .orElse(this);
    }

    /** Returns a code if something is so, else nothing. */
    static String when(boolean isSo, String code) {
        return isSo ? code : "";
    }
}
