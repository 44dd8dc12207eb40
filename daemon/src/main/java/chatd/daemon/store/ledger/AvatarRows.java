package chatd.daemon.store.ledger;

import static chatd.sql.generated.Tables.AVATAR;

import chatd.protocol.value.people.Avatar;
import java.util.HexFormat;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Writes the ledger's pictures of users and groups. */
final class AvatarRows {
    private AvatarRows() {}

    /** Replaces the picture of an addressee, or removes it. */
    static void write(DSLContext sql, long addressee, Avatar avatar) {
        if (avatar.isNone()) {
            sql.deleteFrom(AVATAR).where(AVATAR.ADDRESSEE.eq(addressee)).execute();
            return;
        }
        sql.insertInto(AVATAR, AVATAR.ADDRESSEE, AVATAR.SHA256, AVATAR.PICTURE)
                .values(addressee, HexFormat.of().parseHex(avatar.digest()), avatar.bytes())
                .onDuplicateKeyUpdate()
                .set(AVATAR.SHA256, DSL.excluded(AVATAR.SHA256))
                .set(AVATAR.PICTURE, DSL.excluded(AVATAR.PICTURE))
                .execute();
    }
}
