#version 300 es
precision highp float;

layout(location = 0) in vec2 place;
// Colour, and whether it is admitted.
layout(location = 1) in vec2 look;

// From map to clip space: factor and shift.
uniform vec4 view;
// CSS pixels between tracks that are not crowded; pixels to a CSS pixel; how much larger than usual.
uniform vec3 room;
uniform float steps;
uniform sampler2D palette;
uniform sampler2D crowds;

flat out vec4 colour;
flat out float edge;

void main() {
    gl_Position = vec4(place * view.xy + view.zw, 0.0, 1.0);
    float crowding = 255.0 * texelFetch(crowds, ivec2(place * (float(textureSize(crowds, 0).x) - 0.004)), 0).r;
    float spacing = room.x * exp2(-crowding / steps);
    float size = clamp(0.62 * spacing, 2.0 * room.z, 9.0) * room.z;
    float share = spacing * room.z * room.z / size;
    float alpha = clamp(0.55 * share * share, 0.14, 0.9);
    vec3 ink = texelFetch(palette, ivec2(int(look.x), 0), 0).rgb;
    if (look.y < 0.5) {
        ink = texelFetch(palette, ivec2(0), 0).rgb;
        alpha *= 0.12;
    }
    colour = vec4(ink, 1.0) * alpha;
    gl_PointSize = size * room.y;
    edge = 0.5 * gl_PointSize;
}
