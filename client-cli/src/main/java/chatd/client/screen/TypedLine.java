package chatd.client.screen;

import chatd.client.talk.item.HistoryScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A typed line: a text, or a command with its arguments. */
public sealed interface TypedLine {
    record Blank() implements TypedLine {}

    /** A text to the recipients named by the prompt. */
    record Say(String text) implements TypedLine {}

    /** @param names empty for everyone */
    record SetTarget(List<String> names) implements TypedLine {}

    /** One text to the users named. */
    record Send(List<String> names, String text) implements TypedLine {}

    /** @param picture whether they are to be shown in place */
    record SendFiles(List<String> names, List<Path> paths, boolean picture) implements TypedLine {}

    record Fetch(long file) implements TypedLine {}

    record Files() implements TypedLine {}

    /** @param number which transfer is given up; 0 for the only one */
    record Cancel(int number) implements TypedLine {}

    record Open(long file) implements TypedLine {}

    /** One text to whoever wrote last. */
    record Reply(String text) implements TypedLine {}

    /** @param number the message that it answers; 0 for the last one here */
    record Answer(long number, String text) implements TypedLine {}

    /** @param number the text that it corrects; 0 for the last one */
    record Correct(long number, String text) implements TypedLine {}

    /** @param number what is taken back; 0 for the last of the user's own */
    record Back(long number) implements TypedLine {}

    /** @param number what it reacts to; 0 for the last one here */
    record React(long number, String code, boolean on) implements TypedLine {}

    record Unread() implements TypedLine {}

    record Next() implements TypedLine {}

    /**
     * @param since the time from which to read; absent for the last items
     */
    record History(HistoryScope scope, Optional<String> since, long count) implements TypedLine {}

    /** The history around a message that was shown. */
    record Around(long number) implements TypedLine {}

    /** @param words what to search for; empty for what is older than what was found */
    record Find(String words) implements TypedLine {}

    /** More of the history, in the direction given, next to what was shown of it. */
    record HistoryPage(boolean isOlder, long count) implements TypedLine {}

    /**
     * A command about groups.
     *
     * @param what a subcommand, such as {@code add}; empty to list the user's own
     */
    record Group(String what, String rest) implements TypedLine {}

    record Report(long number, String why) implements TypedLine {}

    /** @param names empty to go back to the current direct session */
    record Direct(List<String> names) implements TypedLine {}

    /** Files of this machine for the others in the direct session. */
    record SendDirectly(List<Path> paths) implements TypedLine {}

    record EndDirect() implements TypedLine {}

    record Friends() implements TypedLine {}

    record Friend(String name, String text) implements TypedLine {}

    record Unfriend(String name) implements TypedLine {}

    record Block(String name, boolean on) implements TypedLine {}

    /** @param with empty for everyone */
    record Notify(String with, String what) implements TypedLine {}

    /** @param end what to end: a number of the list, or {@code others}; empty to list them */
    record OwnSessions(String end) implements TypedLine {}

    record Rename(String name) implements TypedLine {}

    record Logout() implements TypedLine {}

    record Who(String part) implements TypedLine {}

    record Ignore(Optional<String> name) implements TypedLine {}

    record Set(List<String> words) implements TypedLine {}

    record Password() implements TypedLine {}

    record Register(String name) implements TypedLine {}

    record Help(String text) implements TypedLine {}

    record Quit() implements TypedLine {}

    /** A line that can't be executed; {@code text} says why. No part of it is ever sent. */
    record ParseError(String text) implements TypedLine {}

    /** Returns the line that corrects a text. */
    static String correcting(long number, String text) {
        return SlashCommand.CORRECT.word() + " #" + number + " " + text;
    }

    /** Parses typed input, which may have several lines. */
    static TypedLine of(String line) {
        return LineParser.of(line);
    }

    /** Returns the code of the emoticon that an emoji is, if it is one. */
    static String emoji(String typed) {
        return LineParser.emoji(typed);
    }
}
