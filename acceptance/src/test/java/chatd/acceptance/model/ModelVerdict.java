package chatd.acceptance.model;

import java.util.stream.Stream;

/**
 * How a {@link GroupModel} judges an operation before it is done.
 *
 * @param code that of the refusal; empty if it is not refused
 * @param again the number of an earlier answer that is repeated; 0 if none is
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
        /** Answered; an entry that it makes, if any, is not sent to anybody. */
        SETTING,
        /**
         * Refused, but the specification does not say with which of several codes: this is not
         * played.
         */
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

    /** Returns this verdict, or a refusal if a code is not empty: with the first such code. */
    ModelVerdict unless(String... codes) {
        return Stream.of(codes)
                .filter(code -> !code.isEmpty())
                .findFirst()
                .map(ModelVerdict::refused)
                .orElse(this);
    }

    /** Returns the code if a condition is true, else an empty string. */
    static String when(boolean isTrue, String code) {
        return isTrue ? code : "";
    }
}
