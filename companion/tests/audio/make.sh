#!/bin/sh
# Makes every file of this folder again, from a tune that ffmpeg computes: sh make.sh
set -eu
cd "$(dirname "$0")"

note='220*pow(2,mod(7*floor(4*t),12)/12)'
envelope='exp(-4*mod(t,0.25))'
left="0.5*$envelope*sin(2*PI*$note*t)"
right="0.3*$envelope*sin(3*PI*$note*t)"
tune() { echo "aevalsrc=exprs='$1':s=$2:d=$3"; }
make() { ffmpeg -nostdin -loglevel error -y -bitexact -f lavfi -i "$@"; }
tags='-metadata title=Fifths -metadata artist=Sonoscape -metadata album=Tests -metadata date=2026'

stereo=$(tune "$left|$right" 44100 9)
make "$stereo" $tags -c:a libmp3lame -b:a 48k cbr.mp3
make "$stereo" $tags -metadata TSRC=GBXXX2600001 -c:a libmp3lame -q:a 9 vbr.mp3
make "$stereo" $tags -c:a aac -b:a 48k aac.m4a
make "$stereo" $tags -c:a libvorbis -q:a -1 vorbis.ogg
make "$stereo" $tags -c:a libopus -b:a 40k opus.opus
make "$(tune "$left/16" 8000 9)" $tags -c:a flac -compression_level 12 flac.flac
make "$(tune "$left" 44100 8)" -c:a flac -compression_level 12 cd-rate.flac
make "$(tune "$left" 22050 0.5)" -f flac flac-named.mp3
make "$(tune "$left" 22050 1)" -c:a alac alac.m4a
make "$(tune "$left" 22050 0.5)" -c:a pcm_s16be aiff.aiff

make "$(tune "$left|$right" 22050 0.5)" -c:a pcm_s16le s16.wav
make "$(tune "$left" 22050 0.5)" -c:a pcm_s24le s24.wav
make "$(tune "$left" 22050 0.5)" -c:a pcm_f32le f32.wav
make "$(tune "$left" 8000 0.5)" -c:a pcm_u8 8khz.wav
make "$(tune "$left" 192000 0.125)" -c:a pcm_s16le 192khz.wav
make "$(tune "$left|0|0|0|0|0" 22050 0.125):c=5.1" -c:a pcm_s16le 6channels.wav
make "$(tune "$left|0|0|0|0|0|0|0" 22050 0.125):c=7.1" -c:a pcm_s16le 8channels.wav
make "$(tune "if(eq(n,100),0/0,$left)" 22050 0.125)" -c:a pcm_f32le nan.wav
make "$(tune 0 4000 9)" -c:a pcm_u8 silence.wav

echo 'This is a text, whatever its name says.' >text.mp3
: >empty.wav
head -c 30 s16.wav >truncated.wav
head -c 2000 aac.m4a >truncated.m4a
head -c 12000 vorbis.ogg >truncated.ogg
