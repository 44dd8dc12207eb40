package chatd.client.screen;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jline.keymap.KeyMap;
import org.jline.reader.Binding;
import org.jline.reader.MaskingCallback;
import org.jline.reader.Reference;
import org.jline.reader.impl.LineReaderImpl;
import org.jline.terminal.Terminal;
import org.jline.utils.InfoCmp.Capability;
import org.jspecify.annotations.Nullable;

/**
 * Reads a line, and redraws it only once for keys that arrive faster than it can be drawn, as when a terminal pastes
 * without announcing it: JLine measures the whole line at each redraw.
 */
final class PromptReader extends LineReaderImpl {
    private static final List<Capability> ARROWS = List.of(
            Capability.key_up,
            Capability.key_down,
            Capability.key_left,
            Capability.key_right,
            Capability.key_home,
            Capability.key_end);

    private volatile @Nullable Thread keyThread;
    private @Nullable Clusters clusters;

    PromptReader(Terminal terminal) {
        super(terminal, "chat-client", new HashMap<>());
    }

    /**
     * Sets how grapheme clusters are shown; {@code typed}, typed before the first line is read, becomes its beginning.
     */
    void setClusters(Clusters found, String typed) {
        clusters = found;
        runMacro(typed);
    }

    @Override
    public String readLine(String prompt, @Nullable Character mask, String typed) {
        keyThread = Thread.currentThread();
        Clusters found = clusters;
        return mask != null || found == null || !found.simplifies()
                ? super.readLine(prompt, mask, typed)
                : super.readLine(prompt, null, new Simplified(found), typed);
    }

    private record Simplified(Clusters by) implements MaskingCallback {
        @Override
        public String display(String line) {
            return by.shown(line);
        }

        @Override
        public String history(String line) {
            return line;
        }
    }

    // To the user a grapheme cluster is one character: JLine splits it unless the terminal supports clusters.

    @Override
    protected boolean backwardChar() {
        int length = Clusters.lastLength(buf.upToCursor());
        return (count != 1 || length <= 1) ? super.backwardChar() : buf.move(-length) != 0;
    }

    @Override
    protected boolean forwardChar() {
        int length = Clusters.firstLength(buf.substring(buf.cursor()));
        return (count != 1 || length <= 1) ? super.forwardChar() : buf.move(length) != 0;
    }

    @Override
    protected boolean backwardDeleteChar() {
        int length = Clusters.lastLength(buf.upToCursor());
        return (count != 1 || length <= 1) ? super.backwardDeleteChar() : buf.backspace(length) == length;
    }

    @Override
    protected boolean deleteChar() {
        int length = Clusters.firstLength(buf.substring(buf.cursor()));
        return (count != 1 || length <= 1) ? super.deleteChar() : buf.delete(length) == length;
    }

    /** Shows the line, except on the key-reading thread while more keys are waiting. */
    @Override
    public boolean redisplay() {
        return (Thread.currentThread().equals(keyThread) && bindingReader.peekCharacter(1) >= 0) || super.redisplay();
    }

    /**
     * Binds the plain forms of the arrow keys too: the terminal sends them between prompts, and JLine binds only the
     * forms that it sends while a line is read.
     */
    void bindPlainArrows() {
        KeyMap<Binding> keys = keyMap();
        for (Capability key : ARROWS) {
            String sent = KeyMap.key(terminal, key);
            if (sent != null && sent.startsWith("\033O")) {
                keys.bind(keys.getBound(sent), "\033[" + sent.substring(2));
            }
        }
    }

    /** Unbinds the keys whose function JLine lacks: it would say so in the middle of the line. */
    void unbindUnknown() {
        KeyMap<Binding> keys = keyMap();
        List<String> unknown = keys.getBoundKeys().entrySet().stream()
                .filter(key ->
                        key.getValue() instanceof Reference to && !getWidgets().containsKey(to.name()))
                .map(Map.Entry::getKey)
                .toList();
        unknown.forEach(keys::unbind);
    }

    private KeyMap<Binding> keyMap() {
        return Objects.requireNonNull(getKeyMaps().get(MAIN));
    }
}
