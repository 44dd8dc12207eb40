package chatd.protocol.chat1;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import chatd.protocol.ContentEquality;
import chatd.protocol.MessageReader;
import chatd.protocol.command.Command;
import chatd.protocol.command.FileCommand;
import chatd.protocol.event.Event;
import chatd.protocol.event.FileEvent;
import chatd.protocol.event.SessionEvent;
import chatd.protocol.event.UserEvent;
import chatd.protocol.json.JsonSamples;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every packet, both ways, against its annotated golden file. */
class GoldenTest {
    private static final Chat1 CHAT1 = new Chat1();

    static Set<String> commands() {
        return Samples.commands().keySet();
    }

    static Set<String> events() {
        return Samples.events().keySet();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandIsWrittenAsInItsGoldenFile(String name) throws IOException {
        Command command = requireNonNull(Samples.commands().get(name));
        ByteBuf frame = CHAT1.write(command, UnpooledByteBufAllocator.DEFAULT);
        boolean streams = command instanceof FileCommand.SendFile file && file.size() > 0;
        assertThat(bytes(frame, streams)).isEqualTo(Hex.golden("commands", name));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandIsReadFromItsGoldenFile(String name) throws IOException {
        ByteBuf in = Unpooled.wrappedBuffer(Hex.golden("commands", name));
        MessageReader<Command> reader = CHAT1.commandReader();
        assertThat(reader.next(in, true))
                .matches(read ->
                        ContentEquality.areEqual(read, Samples.commands().get(name)));
        if (Samples.commands().get(name) instanceof FileCommand.SendFile file) {
            FileCommand.Piece piece = (FileCommand.Piece) reader.next(in, true);
            assertThat(piece).isNotNull();
            assertThat(piece.content().last()).isTrue();
            assertThat((long) piece.content().bytes().readableBytes()).isEqualTo(file.size());
        }
        assertThat(in.isReadable()).isFalse();
        assertThat(reader.inFrame()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsWrittenAsInItsGoldenFile(String name) throws IOException {
        Event event = requireNonNull(Samples.events().get(name));
        ByteBuf frame = CHAT1.packet(event, UnpooledByteBufAllocator.DEFAULT);
        assertThat(bytes(frame, event instanceof FileEvent.FileContent)).isEqualTo(Hex.golden("events", name));
    }

    @ParameterizedTest
    @MethodSource("events")
    void anEventIsReadFromItsGoldenFile(String name) throws IOException {
        ByteBuf in = Unpooled.wrappedBuffer(Hex.golden("events", name));
        MessageReader<Event> reader = CHAT1.eventReader();
        assertThat(reader.next(in, false))
                .isEqualTo(Samples.read(requireNonNull(Samples.events().get(name))));
        if (Samples.events().get(name) instanceof FileEvent.FileContent) {
            assertThat(reader.next(in, false)).isInstanceOf(FileEvent.Piece.class);
        }
        assertThat(in.isReadable()).isFalse();
    }

    private static byte[] bytes(ByteBuf frame, boolean streams) {
        ByteBuf whole =
                streams ? Unpooled.wrappedBuffer(frame, Samples.content().bytes()) : frame;
        return ByteBufUtil.getBytes(whole);
    }

    /** Events that have no row of their own, because chat/1 sends them as packets of other events. */
    private static final Set<Class<?>> SENT_AS_OTHER_EVENTS =
            Set.of(SessionEvent.Notice.class, UserEvent.Joined.class, UserEvent.Renamed.class);

    /** Walks the vocabulary: every record has a row and a sample, is in the JSON samples, or has no row of its own. */
    @ParameterizedTest
    @MethodSource("vocabularies")
    void everyRecordHasARowAndASample(
            Class<?> vocabulary, List<Packet<?>> rows, Map<String, ?> samples, Class<?> piece) {
        Set<Class<?>> records =
                records(vocabulary).filter(record -> record != piece).collect(Collectors.toSet());
        Set<Class<?>> types = rows.stream().map(Packet::type).collect(Collectors.toSet());
        assertThat(samples.values().stream().map(Object::getClass).collect(Collectors.toSet()))
                .isEqualTo(types);
        Stream<?> inJson =
                Stream.concat(JsonSamples.commands().values().stream(), JsonSamples.events().values().stream());
        inJson.map(Object::getClass).filter(vocabulary::isAssignableFrom).forEach(types::add);
        SENT_AS_OTHER_EVENTS.stream().filter(vocabulary::isAssignableFrom).forEach(types::add);
        assertThat(types).isEqualTo(records);
        Set<String> written = samples.values().stream()
                .map(sample -> rows.stream()
                        .filter(row -> carries(row, sample))
                        .findFirst()
                        .orElseThrow()
                        .number())
                .collect(Collectors.toSet());
        assertThat(written).isEqualTo(rows.stream().map(Packet::number).collect(Collectors.toSet()));
    }

    private static Stream<Class<?>> records(Class<?> vocabulary) {
        return vocabulary.isSealed()
                ? Arrays.stream(vocabulary.getPermittedSubclasses()).flatMap(GoldenTest::records)
                : Stream.of(vocabulary);
    }

    private static <T> boolean carries(Packet<T> row, Object value) {
        return row.type().isInstance(value) && row.carries().test(row.type().cast(value));
    }

    static Stream<Object[]> vocabularies() {
        return Stream.of(
                new Object[] {Command.class, CHAT1.commandRows(), Samples.commands(), FileCommand.Piece.class},
                new Object[] {Event.class, CHAT1.eventRows(), Samples.events(), FileEvent.Piece.class});
    }
}
