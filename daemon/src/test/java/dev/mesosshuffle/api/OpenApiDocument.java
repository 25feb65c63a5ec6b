package dev.mesosshuffle.api;

import dev.mesosshuffle.testing.JsonValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares values with the schemas of {@code openapi.json}. A value must have each required field and no other than those
 * described. What this does not know of schemas is an error, so that nothing in them goes unchecked.
 */
public final class OpenApiDocument {
    private static final Set<String> KNOWN = Set.of(
            "$ref",
            "allOf",
            "nullable",
            "type",
            "format",
            "minimum",
            "enum",
            "items",
            "properties",
            "required",
            "additionalProperties",
            "description");

    private final Map<String, Object> document;

    /** Reads the one in the jar. */
    public OpenApiDocument() throws IOException {
        try (InputStream in = Objects.requireNonNull(ApiRoutes.class.getResourceAsStream("openapi.json"))) {
            document = JsonValues.object(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Returns each operation that it describes, such as {@code GET /health/live}. */
    public Set<String> operations() {
        Set<String> operations = new TreeSet<>();
        child(document, "paths")
                .forEach((path, methods) -> object(methods)
                        .keySet()
                        .forEach(method -> operations.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
        return operations;
    }

    /** Returns what is wrong about an answer; nothing if it is as described. */
    public List<String> compare(String path, String method, int status, Object value) {
        Map<String, Object> operation = child(child(child(document, "paths"), path), method);
        Map<String, Object> response = child(child(operation, "responses"), String.valueOf(status));
        Map<String, Object> content = child(child(response, "content"), "application/json");
        List<String> errors = new ArrayList<>();
        check(child(content, "schema"), value, path, errors);
        return errors;
    }

    /** Returns what is wrong about a value; nothing if it is as a schema describes it. */
    public List<String> compare(String schema, Object value) {
        List<String> errors = new ArrayList<>();
        check(child(child(child(document, "components"), "schemas"), schema), value, schema, errors);
        return errors;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object value) {
        return (Map<String, Object>) value;
    }

    private static Map<String, Object> child(Map<String, Object> parent, String name) {
        return object(Objects.requireNonNull(parent.get(name), () -> name + " is not described"));
    }

    private void check(Map<String, Object> schema, Object value, String place, List<String> errors) {
        schema.keySet().stream()
                .filter(keyword -> !KNOWN.contains(keyword))
                .forEach(keyword -> errors.add(place + ": unknown keyword " + keyword));
        if (value == null) {
            if (!Boolean.TRUE.equals(schema.get("nullable"))) {
                errors.add(place + ": null");
            }
            return;
        }
        if (schema.get("$ref") instanceof String reference) {
            String name = reference.substring(reference.lastIndexOf('/') + 1);
            check(child(child(child(document, "components"), "schemas"), name), value, place, errors);
        } else if (schema.get("allOf") instanceof List<?> all) {
            all.forEach(one -> check(object(one), value, place, errors));
        } else {
            checkType(schema, value, place, errors);
        }
    }

    private void checkType(Map<String, Object> schema, Object value, String place, List<String> errors) {
        String type = String.valueOf(schema.get("type"));
        boolean matches = switch (type) {
            case "object" -> value instanceof Map;
            case "array" -> value instanceof List;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "number" -> value instanceof Number;
            case "integer" -> value instanceof Integer || value instanceof Long;
            default -> false;
        };
        if (!matches) {
            errors.add(place + ": " + value + " is no " + type);
        } else if (value instanceof Map) {
            checkFields(schema, object(value), place, errors);
        } else if (value instanceof List<?> items) {
            for (int i = 0; i < items.size(); i++) {
                check(child(schema, "items"), items.get(i), place + "[" + i + "]", errors);
            }
        } else {
            checkValue(schema, value, place, errors);
        }
    }

    private void checkFields(
            Map<String, Object> schema, Map<String, Object> fields, String place, List<String> errors) {
        if (!schema.containsKey("properties")) {
            return;
        }
        Map<String, Object> properties = child(schema, "properties");
        if (!Boolean.FALSE.equals(schema.get("additionalProperties"))) {
            errors.add(place + ": may have more fields");
        }
        for (Object name : (List<?>) Objects.requireNonNull(schema.get("required"))) {
            if (!fields.containsKey(name)) {
                errors.add(place + ": no " + name);
            }
        }
        fields.forEach((name, value) -> {
            if (properties.containsKey(name)) {
                check(child(properties, name), value, place + "." + name, errors);
            } else {
                errors.add(place + ": undeclared " + name);
            }
        });
    }

    private static void checkValue(Map<String, Object> schema, Object value, String place, List<String> errors) {
        if (schema.get("enum") instanceof List<?> allowed && !allowed.contains(value)) {
            errors.add(place + ": " + value + " is none of " + allowed);
        }
        if (schema.get("minimum") instanceof Number minimum && ((Number) value).doubleValue() < minimum.doubleValue()) {
            errors.add(place + ": " + value + " is less than " + minimum);
        }
        if ("date-time".equals(schema.get("format"))) {
            try {
                Instant.parse((String) value);
            } catch (DateTimeParseException e) {
                errors.add(place + ": " + value + " is no time");
            }
        }
    }
}
