package chatd.daemon.store.read;

import static chatd.sql.generated.Tables.AVATAR;

import chatd.daemon.store.db.Database;
import chatd.daemon.store.ledger.Ledger;
import chatd.protocol.value.Addressee;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Reads the pictures of users and groups, which only the {@link Ledger} writes. Blocks. */
public final class AvatarStore {
    private final Database database;

    public AvatarStore(Database database) {
        this.database = database;
    }

    /** Returns the SHA-256 of each picture, in lower-case hexadecimal, by {@link Addressee}. */
    public Map<Long, String> digests() {
        return database.with(sql -> sql.select(AVATAR.ADDRESSEE, AVATAR.SHA256)
                .from(AVATAR)
                .fetchMap(AVATAR.ADDRESSEE, row -> HexFormat.of().formatHex(row.get(AVATAR.SHA256))));
    }

    /** Returns the picture with this SHA-256; empty if nobody has it any more. */
    public Optional<byte[]> picture(byte[] sha256) {
        return database.with(sql -> sql.select(AVATAR.PICTURE)
                .from(AVATAR)
                .where(AVATAR.SHA256.eq(sha256))
                .limit(1)
                .fetchOptional(AVATAR.PICTURE));
    }
}
