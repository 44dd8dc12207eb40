package chatd.client.input;

import chatd.client.talk.item.Place;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converts the value of an option to a place in a history; times are in this machine's time zone. */
public final class PlaceConverter implements ITypeConverter<Place> {
    /** @throws IllegalArgumentException as {@link Place#of} */
    public static Place place(String text) {
        return Place.of(text, ZonedDateTime.now(ZoneId.systemDefault()));
    }

    @Override
    public Place convert(String value) {
        try {
            return place(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
