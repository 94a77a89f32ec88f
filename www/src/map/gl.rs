//! Drawing tracks by WebGL 2: one vertex a track, 8 bytes each, and of those only the ranges that the screen shows.

use std::ops::Range;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{
    HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlBuffer, WebGlProgram, WebGlTexture, WebGlUniformLocation,
};

use super::camera::Camera;
use super::crowds::{SIDE, STEPS, widest};
use super::palette::{Palette, Rgb};
use super::points::{DRAWN_BYTES, Points};

const VERTEX: &str = include_str!("points.vert");
const FRAGMENT: &str = include_str!("points.frag");

/// Texture units.
const PALETTE: u32 = 0;
const CROWDS: u32 = 1;

/// Draws tracks on a canvas.
pub struct Painter {
    gl: Gl,
    program: WebGlProgram,
    buffer: WebGlBuffer,
    textures: [Option<WebGlTexture>; 2],
    /// Tracks that there is room for.
    room_for: usize,
    /// The colours that it has.
    palette: Option<Palette>,
    view: Option<WebGlUniformLocation>,
    room: Option<WebGlUniformLocation>,
}

impl Painter {
    /// A painter on `canvas`; none where there is no WebGL 2.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Self> {
        let options = Object::new();
        for name in ["alpha", "antialias", "depth"] {
            // Setting a property of a plain object cannot fail.
            let _ = Reflect::set(&options, &name.into(), &false.into());
        }
        let gl: Gl = canvas.get_context_with_context_options("webgl2", &options).ok()??.dyn_into().ok()?;
        let program = program(&gl)?;
        let buffer = gl.create_buffer()?;
        gl.use_program(Some(&program));
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&buffer));
        let stride = DRAWN_BYTES as i32;
        gl.vertex_attrib_pointer_with_i32(0, 2, Gl::UNSIGNED_SHORT, true, stride, 0);
        gl.vertex_attrib_pointer_with_i32(1, 2, Gl::UNSIGNED_BYTE, false, stride, 4);
        gl.enable_vertex_attrib_array(0);
        gl.enable_vertex_attrib_array(1);
        gl.enable(Gl::BLEND);
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
        let place = |name: &str| gl.get_uniform_location(&program, name);
        let (view, room) = (place("view"), place("room"));
        gl.uniform1f(place("steps").as_ref(), STEPS as f32);
        gl.uniform1i(place("palette").as_ref(), PALETTE as i32);
        gl.uniform1i(place("crowds").as_ref(), CROWDS as i32);
        let textures = [texture(&gl, PALETTE, Gl::RGBA8, (256, 1)), texture(&gl, CROWDS, Gl::R8, (SIDE, SIDE))];
        Some(Self { gl, program, buffer, textures, room_for: 0, palette: None, view, room })
    }

    /// Takes over what has changed of the tracks. There is room for all of them from the first on.
    pub fn take(&mut self, points: &mut Points) {
        let gl = &self.gl;
        let room_for = points.places.len().max(points.expected as usize);
        if room_for > self.room_for {
            self.room_for = room_for;
            gl.buffer_data_with_i32(Gl::ARRAY_BUFFER, (room_for * DRAWN_BYTES) as i32, Gl::STATIC_DRAW);
            points.renew();
        }
        for (first, bytes) in points.changed() {
            gl.buffer_sub_data_with_i32_and_u8_array(Gl::ARRAY_BUFFER, (first * DRAWN_BYTES) as i32, &bytes);
        }
        if let Some(codes) = points.changed_crowds() {
            fill(gl, CROWDS, (SIDE, SIDE), Gl::RED, &codes);
        }
    }

    /// Takes over the colours.
    pub fn colour(&mut self, palette: Palette) {
        if self.palette != Some(palette) {
            self.palette = Some(palette);
            let pixels: Vec<u8> = palette.iter().flat_map(|[red, green, blue]| [*red, *green, *blue, 255]).collect();
            fill(&self.gl, PALETTE, (palette.len(), 1), Gl::RGBA, &pixels);
        }
    }

    /// Draws the tracks in `ranges`, `boost` times as large as usual; there are `ratio` pixels of the screen to a CSS pixel.
    pub fn draw(
        &self,
        camera: &Camera,
        (ratio, boost): (f64, f64),
        ground: Rgb,
        ranges: impl Iterator<Item = Range<usize>>,
    ) {
        let gl = &self.gl;
        let (width, height) = camera.size;
        gl.viewport(0, 0, (width * ratio) as i32, (height * ratio) as i32);
        let [red, green, blue] = ground.map(|part| f32::from(part) / 255.0);
        gl.clear_color(red, green, blue, 1.0);
        gl.clear(Gl::COLOR_BUFFER_BIT);
        let grow = (2.0 * camera.scale / width, 2.0 * camera.scale / height);
        let shift = (-camera.middle.0 * grow.0, -camera.middle.1 * grow.1);
        gl.uniform4f(self.view.as_ref(), grow.0 as f32, grow.1 as f32, shift.0 as f32, shift.1 as f32);
        gl.uniform3f(self.room.as_ref(), (widest() * camera.scale) as f32, ratio as f32, boost as f32);
        for range in ranges {
            gl.draw_arrays(Gl::POINTS, range.start as i32, range.len() as i32);
        }
    }

    /// Whether the browser has taken the context away.
    pub fn is_lost(&self) -> bool {
        self.gl.is_context_lost()
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        self.gl.delete_program(Some(&self.program));
        self.gl.delete_buffer(Some(&self.buffer));
        self.textures.iter().for_each(|texture| self.gl.delete_texture(texture.as_ref()));
    }
}

/// A texture of single values, which stays bound to its unit.
fn texture(gl: &Gl, unit: u32, format: u32, (width, height): (usize, usize)) -> Option<WebGlTexture> {
    let texture = gl.create_texture();
    gl.active_texture(Gl::TEXTURE0 + unit);
    gl.bind_texture(Gl::TEXTURE_2D, texture.as_ref());
    gl.tex_storage_2d(Gl::TEXTURE_2D, 1, format, width as i32, height as i32);
    for side in [Gl::TEXTURE_MIN_FILTER, Gl::TEXTURE_MAG_FILTER] {
        gl.tex_parameteri(Gl::TEXTURE_2D, side, Gl::NEAREST as i32);
    }
    texture
}

fn fill(gl: &Gl, unit: u32, (width, height): (usize, usize), format: u32, bytes: &[u8]) {
    let (target, kind) = (Gl::TEXTURE_2D, Gl::UNSIGNED_BYTE);
    let (width, height) = (width as i32, height as i32);
    gl.active_texture(Gl::TEXTURE0 + unit);
    // It fails only when the context is lost, and then everything is drawn anew.
    let _ = gl.tex_sub_image_2d_with_i32_and_i32_and_u32_and_type_and_opt_u8_array(
        target,
        0,
        0,
        0,
        width,
        height,
        format,
        kind,
        Some(bytes),
    );
}

fn program(gl: &Gl) -> Option<WebGlProgram> {
    let program = gl.create_program()?;
    for (kind, source) in [(Gl::VERTEX_SHADER, VERTEX), (Gl::FRAGMENT_SHADER, FRAGMENT)] {
        let shader = gl.create_shader(kind)?;
        gl.shader_source(&shader, source);
        gl.compile_shader(&shader);
        gl.attach_shader(&program, &shader);
    }
    gl.link_program(&program);
    gl.get_program_parameter(&program, Gl::LINK_STATUS).as_bool()?.then_some(program)
}
