const form = "application/x-www-form-urlencoded";

// Only what is typed in is sent: fields begin empty, and an empty one is left out unless its box is ticked.
const NothingBesides = () => ({
    statePlugins: {
        spec: {
            wrapActions: {
                updateJsonSpec: (show) => (api) => {
                    for (const schema of Object.values(api.components.schemas))
                        for (const property of Object.values(schema.properties))
                            if (!property.enum) property.examples = [""];
                    for (const operation of Object.values(api.paths).flatMap(Object.values)) {
                        for (const parameter of operation.parameters ?? [])
                            parameter.description ??= parameter.schema.description ?? "";
                        const content = operation.requestBody?.content;
                        if (content?.[form]) operation.requestBody.content = { [form]: content[form] };
                    }
                    return show(api);
                },
            },
        },
    },
    wrapComponents: {
        ParameterIncludeEmpty: (Original, { React }) => (properties) => {
            const isIncludedOptions = { ...properties.isIncludedOptions, defaultValue: false };
            return React.createElement(Original, { ...properties, isIncludedOptions });
        },
    },
});

// The key that is typed in stays in the page's memory, and goes nowhere but to the API.
SwaggerUIBundle({
    dom_id: "#console",
    url: "/openapi.json",
    plugins: [NothingBesides],
    persistAuthorization: false,
    validatorUrl: null,
    tryItOutEnabled: true,
    filter: true,
    docExpansion: "none",
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
});
