package chatd.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No byte of a backup can be missing or changed without being noticed, whether it is encrypted or not. */
class DamageTest {
    @TempDir
    private Path directory;

    private static Manifest manifest() {
        return new Manifest(
                Manifest.FORMAT,
                false,
                "1.2",
                "here",
                Instant.parse("2026-11-20T06:15:00Z"),
                12,
                "1 2 1\n",
                new Manifest.Amount(1, 2),
                1,
                1,
                "/etc/chatd/chatd.toml",
                Map.of(),
                "/var/log/chatd",
                Map.of(),
                List.of(),
                List.of());
    }

    private static byte[] backup(List<String> recipients) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] noise = new byte[2_000];
        new Random(1).nextBytes(noise);
        try (BackupWriter writer = new BackupWriter(bytes, recipients, new Pace(Pace.UNLIMITED))) {
            writer.add(Manifest.ENTRY, manifest().toBytes());
            writer.add(
                    "database/message/00001.jsonl",
                    "[\"number\"]\n[\"1\"]\n".repeat(50).getBytes(StandardCharsets.UTF_8));
            writer.add("contents/" + "ab".repeat(32), noise);
            writer.add("log/audit.part", new byte[0]);
            writer.finish();
        }
        return bytes.toByteArray();
    }

    /** Returns the names and bytes of all entries. */
    private List<String> read(byte[] bytes, String... identities) throws IOException {
        Path file = Files.write(directory.resolve("backup"), bytes);
        List<String> entries = new ArrayList<>();
        try (BackupReader reader = BackupReader.open(file, List.of(identities))) {
            entries.add(reader.manifest().toString());
            for (BackupReader.Entry entry = reader.next(); entry != null; entry = reader.next()) {
                entries.add(entry.name() + " " + Arrays.hashCode(entry.readWhole()));
            }
        }
        return entries;
    }

    private void expectNoticed(byte[] whole, String... identities) throws IOException {
        List<String> expected = read(whole, identities);
        assertThat(expected).hasSize(4);
        int harmless = 0;
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) (1 << at % 8);
            try {
                // The compressed form has bits by which nothing that is read changes, such as the size of the window;
                // encrypted, none.
                assertThat(read(changed, identities))
                        .as("bit of byte %d changed", at)
                        .isEqualTo(expected);
                harmless++;
            } catch (BackupFailure e) {
                assertThat(e.getMessage()).as("byte %d", at).startsWith(directory.toString());
            }
        }
        assertThat(harmless).isLessThanOrEqualTo(identities.length > 0 ? 0 : whole.length / 100);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> read(cut, identities))
                    .as("cut off after %d bytes", length)
                    .isInstanceOf(BackupFailure.class);
        }
        byte[] twice = Arrays.copyOf(whole, 2 * whole.length);
        System.arraycopy(whole, 0, twice, whole.length, whole.length);
        assertThatThrownBy(() -> read(twice, identities)).isInstanceOf(BackupFailure.class);
    }

    @Test
    void noByteIsMissingOrChangedUnnoticed() throws IOException {
        expectNoticed(backup(List.of()));
    }

    /** Makes a pair of keys; the public one is a recipient, the private one an identity. */
    private static KeyPair keys() throws GeneralSecurityException {
        return new X25519KeyPairGenerator().generateKeyPair();
    }

    /** Returns a key as age-keygen prints it. */
    private static String text(Key key) {
        return new String(key.getEncoded(), StandardCharsets.US_ASCII);
    }

    @Test
    void norIfItIsEncrypted() throws IOException, GeneralSecurityException {
        KeyPair keys = keys();
        expectNoticed(backup(List.of(text(keys().getPublic()), keys.getPublic().toString())), text(keys.getPrivate()));
    }

    @Test
    void whatIsNoBackupIsToldSo() throws IOException, GeneralSecurityException {
        assertThatThrownBy(() -> read("-- MariaDB dump 10.19\n".getBytes(StandardCharsets.UTF_8)))
                .hasMessageEndingWith("backup is not a backup of chatd");
        assertThatThrownBy(() -> read(new byte[0])).hasMessageEndingWith("backup is not a backup of chatd");
        assertThatThrownBy(() -> read(backup(List.of(text(keys().getPublic())))))
                .hasMessageContaining("--identity FILE");
        assertThatThrownBy(() -> Encryption.requireRecipient("age1nobody"))
                .hasMessageContaining("is not a public key of age");
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        try (BackupWriter writer = new BackupWriter(other, List.of(), new Pace(Pace.UNLIMITED))) {
            writer.add(
                    Manifest.ENTRY,
                    new String(manifest().toBytes(), StandardCharsets.UTF_8)
                            .replace(Manifest.FORMAT, "chatd-backup-7")
                            .getBytes(StandardCharsets.UTF_8));
            writer.finish();
        }
        assertThatThrownBy(() -> read(other.toByteArray())).hasMessageContaining("made by another version of chatd");
    }

    @Test
    void anEntryIsExactlyAsLongAsItWasAnnounced() throws IOException {
        for (int pieces : List.of(1, 3)) {
            try (BackupWriter writer =
                    new BackupWriter(new ByteArrayOutputStream(), List.of(), new Pace(Pace.UNLIMITED))) {
                int[] left = {pieces};
                assertThatThrownBy(() -> writer.add("contents/x", 20, () -> new byte[left[0]-- > 0 ? 10 : 0]))
                        .isInstanceOf(BackupFailure.class)
                        .hasMessageContaining("should have 20 bytes");
            }
        }
    }
}
