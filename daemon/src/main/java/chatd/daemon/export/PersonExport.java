package chatd.daemon.export;

import chatd.daemon.directory.Avatars;
import chatd.daemon.directory.Directory;
import chatd.daemon.messages.Items;
import chatd.daemon.model.account.Account;
import chatd.daemon.model.message.Conversation;
import chatd.daemon.model.message.Reader;
import chatd.daemon.store.read.ContentStore;
import chatd.daemon.store.read.ConversationStore;
import chatd.daemon.store.read.Range;
import chatd.daemon.store.read.Stores;
import chatd.protocol.event.MessageEvent;
import chatd.protocol.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes everything that a person has here into one ZIP file: as JSON, and as pages for a browser (page
 * {@code personal-data.md}). Messages are those that the person's client would show, as they are now. It is written as
 * it is read: in memory are one part of a history, and the names and numbers of the files. Used by one thread; blocks.
 */
public final class PersonExport {
    /** Messages on one page for a browser. */
    static final int PAGE = 500;

    /** Messages read per query: a text may have 64 KiB. */
    private static final int PART = 20;

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final byte[] NOTHING = {};
    private static final byte[] LINE_END = {'\n'};

    private final Stores stores;
    private final Directory directory;
    private final Path log;
    private final Consumer<String> progress;
    private final Items items;

    /**
     * What was written.
     *
     * @param bytes of the files, together
     * @param damaged the paths of files whose bytes are not those that were sent
     */
    public record Summary(long messages, int conversations, int files, long bytes, List<String> damaged) {}

    /**
     * @param log the directory of the audit log
     * @param progress is told now and then, by the thread that writes, how far it is; it may take its time, and what it
     *     throws ends the export
     */
    public PersonExport(Stores stores, Directory directory, Path log, Consumer<String> progress) {
        this.stores = stores;
        this.directory = directory;
        this.log = log;
        this.progress = progress;
        this.items = new Items(stores, directory);
    }

    /**
     * Writes the file.
     *
     * @param withNote whether with what administrators have noted about the account
     * @param out is not closed
     * @throws IOException if it can't be written, or the log can't be read
     */
    public Summary write(Account account, boolean withNote, Instant now, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        Summary summary = new Writing(account, zip, now).write(withNote);
        zip.finish();
        return summary;
    }

    /** One file being written. */
    private final class Writing {
        private final Account account;
        private final Reader reader;
        private final ZipOutputStream zip;
        private final Instant now;
        private final long upTo = stores.messages().highest();
        private final ConversationPages pages;
        private final OwnLog ownLog;
        private final List<ExportedFile> files = new ArrayList<>();
        private final Map<String, String> names = new TreeMap<>();
        private final List<String> damaged = new ArrayList<>();
        private long messages;

        private Writing(Account account, ZipOutputStream zip, Instant now) {
            this.account = account;
            this.reader = directory.reader(account.number());
            this.zip = zip;
            this.now = now;
            this.pages = new ConversationPages(directory, account.number());
            this.ownLog = new OwnLog(log, account.number(), () -> progress.accept("reading the log"));
        }

        private void begin(String path) throws IOException {
            begin(path, Deflater.DEFAULT_COMPRESSION);
        }

        private void begin(String path, int level) throws IOException {
            zip.setLevel(level);
            ZipEntry entry = new ZipEntry(path);
            entry.setTimeLocal(now.atZone(ZoneOffset.UTC).toLocalDateTime());
            zip.putNextEntry(entry);
        }

        private void json(String path, Object value) throws IOException {
            begin(path);
            zip.write(JSON.writeValueAsBytes(value));
            zip.write(LINE_END);
            zip.closeEntry();
        }

        private Summary write(boolean withNote) throws IOException {
            PersonalData data = new PersonalData(stores, directory, account);
            begin(HtmlPage.STYLE);
            try (InputStream style = PersonExport.class.getResourceAsStream(HtmlPage.STYLE)) {
                Objects.requireNonNull(style, "the program lacks its style sheet")
                        .transferTo(zip);
            }
            zip.closeEntry();
            json("account.json", data.account(withNote));
            PersonalData.Sessions sessions = data.sessions();
            json("sessions.json", sessions);
            json("contacts.json", data.contacts());
            json("groups.json", data.groups(reader));
            json("reports.json", data.reports());
            Optional<byte[]> settings = stores.persons().settings(account.number());
            if (settings.isPresent()) {
                begin("settings.json");
                zip.write(settings.get());
                zip.closeEntry();
            }
            Optional<String> picture = writePicture();
            writeLog();
            writeVisits(sessions);
            writeMessages();
            json("names.json", names);
            List<ConversationStore.Last> conversations =
                    stores.conversations().byLast(account, upTo, Long.MAX_VALUE, Integer.MAX_VALUE);
            for (ConversationStore.Last conversation : conversations) {
                writeConversation(conversation.conversation());
            }
            long bytes = 0;
            for (ExportedFile file : files) {
                bytes += writeFile(file);
            }
            writeIndex(conversations, picture, settings.isPresent());
            return new Summary(messages, conversations.size(), files.size(), bytes, damaged);
        }

        /** Writes the person's own picture; returns its path. */
        private Optional<String> writePicture() throws IOException {
            String digest = directory.avatars().digestOf(account.number());
            Optional<byte[]> picture = digest.isEmpty()
                    ? Optional.empty()
                    : stores.avatars().picture(HexFormat.of().parseHex(digest));
            if (picture.isEmpty()) {
                return Optional.empty();
            }
            String path = "picture"
                    + switch (Avatars.mediaType(picture.get())) {
                        case "image/png" -> ".png";
                        case "image/webp" -> ".webp";
                        default -> ".jpg";
                    };
            begin(path);
            zip.write(picture.get());
            zip.closeEntry();
            return Optional.of(path);
        }

        /** Writes the lines of the log that are about what the person did, unchanged. */
        private void writeLog() throws IOException {
            begin("log.xml");
            ownLog.write(zip);
            zip.closeEntry();
        }

        private void writeVisits(PersonalData.Sessions sessions) throws IOException {
            begin("sessions.html");
            try (HtmlPage page = new HtmlPage(zip, "When and from where " + account.name() + " was here", "")) {
                page.open("nav").element("a", "Overview", "href", "index.html").close("nav");
                if (!sessions.devices().isEmpty()) {
                    page.element("h2", "Devices that log in without a password");
                    page.open("table");
                    page.row("th", "Device", "Since", "Used last", "From");
                    for (PersonalData.Device device : sessions.devices()) {
                        page.row(
                                "td",
                                device.device(),
                                HtmlPage.readable(Instant.parse(device.since())),
                                HtmlPage.readable(Instant.parse(device.used())),
                                device.address());
                    }
                    page.close("table");
                }
                ownLog.writeVisits(page);
            }
            zip.closeEntry();
        }

        /** Writes all messages, oldest first, one per line. */
        private void writeMessages() throws IOException {
            begin("messages.jsonl");
            long last = 0;
            List<Long> part = next(null, last);
            while (!part.isEmpty()) {
                for (Items.Item item : items.read(reader, part, Long.MAX_VALUE)) {
                    zip.write(Json.line(item.event(), account.number()));
                    messages++;
                    item.involved().forEach(this::addName);
                    if (item.event() instanceof MessageEvent.FileOffer offer) {
                        addFile(offer);
                    }
                }
                last = part.getLast();
                part = next(null, last);
                progress.accept(counted(messages, "message"));
            }
            zip.closeEntry();
        }

        private List<Long> next(@Nullable Long conversation, long after) {
            return stores.messages().numbers(reader, conversation, new Range(after, upTo, PART, false));
        }

        private void addName(long number) {
            names.put(number < 0 ? "G" + -number : "U" + number, directory.nameOf(number));
        }

        private void addFile(MessageEvent.FileOffer offer) {
            stores.messages()
                    .fetchable(offer.file(), reader)
                    .ifPresent(found -> files.add(new ExportedFile(
                            found.file().number(),
                            found.file().name(),
                            found.file().content(),
                            found.file().size(),
                            found.file().digest())));
        }

        private void writeConversation(long conversation) throws IOException {
            long other = Conversation.otherSide(conversation, account.number());
            addName(other);
            List<Long> part = next(conversation, 0);
            int number = 1;
            while (!part.isEmpty()) {
                begin(ConversationPages.path(other, number));
                try (HtmlPage page = new HtmlPage(zip, pages.title(other), "../")) {
                    page.open("nav").element("a", "Overview", "href", "../index.html");
                    if (number > 1) {
                        page.element("a", "Earlier", "href", "../" + ConversationPages.path(other, number - 1));
                    }
                    page.close("nav");
                    Instant before = null;
                    long first = part.getFirst();
                    for (int written = 0; written < PAGE && !part.isEmpty(); written += PART) {
                        for (Items.Item item : items.read(reader, part, Long.MAX_VALUE)) {
                            pages.write(page, item.event(), before, first);
                            before = item.event().time();
                        }
                        part = next(conversation, part.getLast());
                        progress.accept("writing the pages");
                    }
                    if (!part.isEmpty()) {
                        page.open("nav")
                                .element("a", "Later", "href", "../" + ConversationPages.path(other, number + 1))
                                .close("nav");
                    }
                }
                zip.closeEntry();
                number++;
            }
        }

        /** Writes a file as it was sent; returns its size in bytes. */
        private long writeFile(ExportedFile file) throws IOException {
            // Most are pictures and the like, which do not get smaller.
            begin(file.path(), Deflater.BEST_SPEED);
            MessageDigest sha256 = ContentStore.digest();
            long size = 0;
            boolean isThere = true;
            while (isThere && size < file.size()) {
                byte[] chunk = stores.contents()
                        .read(file.content(), size, ContentStore.CHUNK)
                        .orElse(NOTHING);
                zip.write(chunk);
                sha256.update(chunk);
                size += chunk.length;
                isThere = chunk.length > 0;
                progress.accept(counted(messages, "message") + ", " + file.path() + ": " + size + " bytes");
            }
            zip.closeEntry();
            if (!MessageDigest.isEqual(sha256.digest(), file.sha256())) {
                damaged.add(file.path());
            }
            return size;
        }

        private void writeIndex(
                List<ConversationStore.Last> conversations, Optional<String> picture, boolean hasSettings)
                throws IOException {
            begin("index.html");
            try (HtmlPage page = new HtmlPage(zip, "What " + account.name() + " has here", "")) {
                if (picture.isPresent()) {
                    page.empty("img", "src", picture.get(), "alt", "The picture of " + account.name());
                }
                page.open("p")
                        .text("Account U" + account.number() + ", as of ")
                        .time(now)
                        .text(" UTC: " + counted(messages, "message") + ", " + counted(files.size(), "file") + ".")
                        .close("p");
                page.element("h2", "Conversations, the last one first");
                page.open("ul");
                for (ConversationStore.Last conversation : conversations) {
                    long other = Conversation.otherSide(conversation.conversation(), account.number());
                    page.open("li")
                            .element("a", pages.title(other), "href", ConversationPages.path(other, 1))
                            .close("li");
                }
                page.close("ul");
                page.open("p")
                        .element("a", "When and from where you were here", "href", "sessions.html")
                        .close("p");
                if (!damaged.isEmpty()) {
                    page.element("h2", "Files that are not as they were sent");
                    page.open("ul");
                    for (String path : damaged) {
                        page.element("li", path);
                    }
                    page.close("ul");
                }
                Explanation.write(page, hasSettings);
            }
            zip.closeEntry();
        }
    }

    /** Returns a number and what it counts. */
    static String counted(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
