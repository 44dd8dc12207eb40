package chatd.client.screen;

import java.util.List;

/** What can be done with groups, as {@code /help group} lists it. */
final class GroupHelp {
    /** What may follow {@code /group}. */
    static final List<String> WORDS = List.of(
            "list", "create", "find", "join", "members", "add", "remove", "leave", "rename", "topic", "role", "open",
            "history", "close");

    static final String TEXT = """
              create NAME              make a group; you are its owner
              find WORD                open groups with a word that begins with WORD
              join GROUP               join an open group
              members [GROUP]          who is in it, and its settings
              add [GROUP] NAME,NAME…   add members (its admins and owners)
              remove [GROUP] NAME      remove a member
              leave [GROUP] [NAME]     leave it; NAME becomes its owner, if you were the only one
              rename [GROUP] NAME      give it another name
              topic [GROUP] [TEXT]     say what it is about (its owners)
              role [GROUP] NAME owner|admin|member
              open [GROUP] on|off      whether anybody can find and join it
              history [GROUP] all|joined
                                       whether new members see what was said before
              close [GROUP]            end it: it stays readable
            GROUP is its name or its number, such as G7; without it, the group that you talk to is meant.
            /to GROUP talks to it, /history GROUP reads it.""".indent(2).stripTrailing();

    /** Returns the words that may follow one of {@link #WORDS}, besides names. */
    static List<String> choices(String what) {
        return switch (what) {
            case "role" -> List.of("owner", "admin", "member");
            case "open" -> List.of("on", "off");
            case "history" -> List.of("all", "joined");
            default -> List.of();
        };
    }

    private GroupHelp() {}
}
