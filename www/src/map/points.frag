#version 300 es
precision mediump float;

flat in vec4 colour;
flat in float edge;
out vec4 pixel;

void main() {
    vec2 way = gl_PointCoord * 2.0 - 1.0;
    pixel = colour * clamp((1.0 - dot(way, way)) * edge + 0.25, 0.0, 1.0);
}
